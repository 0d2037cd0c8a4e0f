// What the pages of accounts say.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>Texts of the pages of accounts.</summary>
internal static class AccountLabels
{
    public static readonly Label SignIn = new("Sign in", "登录");

    public static readonly Label SignOut = new("Sign out", "退出登录");

    public static readonly Label SignedOut = new("You have signed out", "您已退出登录");

    public static readonly Label SignOutQuestion = new("Apps that may act only while you are signed in lose their access.", "仅在您登录期间有权访问的应用将失去访问权限。");

    public static readonly Label UserName = new("User name", "用户名");

    public static readonly Label Password = new("Password", "密码");

    public static readonly Label SignInFailed = new(
        "User name or password is wrong, or there were too many tries. After several tries you have to wait some minutes.",
        "用户名或密码错误，或者尝试次数过多。多次尝试失败后需等待几分钟。");

    public static readonly Label SignedInAs = new("Signed in as", "当前用户：");
}
