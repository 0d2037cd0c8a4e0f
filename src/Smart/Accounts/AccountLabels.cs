// What the pages of accounts say.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>Texts of the pages on which users sign in and see their own account.</summary>
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

    public static readonly Label TooManyRequests = new("Too many tries", "尝试次数过多");

    public static readonly Label TooManyRequestsReason = new("There were too many tries from your network. Wait a minute and try again.", "您所在网络的尝试次数过多。请等待一分钟后再试。");

    public static readonly Label Code = new("Code", "验证码");

    public static readonly Label CodeTitle = new("Enter your code", "输入验证码");

    public static readonly Label CodeHint = new("The six digits that your authenticator app shows, or one of your recovery codes.", "身份验证器应用显示的六位数字，或一个恢复码。");

    public static readonly Label CodeFailed = new(
        "The code is wrong or was used before, or there were too many tries. Wait for the next code and try again.", "验证码错误、已使用过，或者尝试次数过多。请等待下一个验证码后再试。");

    public static readonly Label Continue = new("Continue", "继续");

    public static readonly Label StartAgain = new("Sign in as somebody else", "以其他用户身份登录");

    public static readonly Label ChangePassword = new("Change password", "修改密码");

    public static readonly Label MustChangePassword = new("Choose your own password before you go on: the one that you were given is good once.", "请先设置您自己的密码，然后继续：给您的密码只能使用一次。");

    public static readonly Label ChangeEndsAll = new("All other sessions end, and apps that you allowed to act for you must be allowed again.", "所有其他会话将结束，您授权过的应用需要重新授权。");

    public static readonly Label CurrentPassword = new("Current password", "当前密码");

    public static readonly Label NewPassword = new("New password", "新密码");

    public static readonly Label RepeatPassword = new("New password again", "再次输入新密码");

    public static readonly Label PasswordHint = new("At least {0} characters. Several words are easy to remember and hard to guess.", "至少 {0} 个字符。几个词语组成的密码容易记住且难以猜中。");

    public static readonly Label PasswordTooShort = new("The password has fewer than {0} characters.", "密码少于 {0} 个字符。");

    public static readonly Label PasswordTooLong = new("The password has more than {0} characters.", "密码多于 {0} 个字符。");

    public static readonly Label PasswordTooCommon = new("This password is among the first that anybody would try. Choose another one.", "此密码太常见，容易被猜中。请另选一个。");

    public static readonly Label PasswordHoldsName = new("The password holds the user name. Choose another one.", "密码中包含用户名。请另选一个。");

    public static readonly Label PasswordIsTheSame = new("This is the password that you have. Choose another one.", "这是您现有的密码。请另选一个。");

    public static readonly Label PasswordsDiffer = new("The two passwords are not the same.", "两次输入的密码不一致。");

    public static readonly Label CurrentPasswordFailed = new(
        "The password is wrong, or there were too many tries. After several tries you have to wait some minutes.", "密码错误，或者尝试次数过多。多次尝试失败后需等待几分钟。");

    public static readonly Label PasswordChanged = new("The password was changed.", "密码已修改。");

    public static readonly Label Account = new("Your account", "我的账号");

    public static readonly Label DisplayName = new("Name", "姓名");

    public static readonly Label Role = new("Role", "角色");

    public static readonly Label Patient = new("Patient", "患者");

    public static readonly Label Practitioner = new("Practitioner", "医务人员");

    public static readonly Label Administrator = new("Administrator", "管理员");

    public static readonly Label Record = new("Record", "记录");

    public static readonly Label Institution = new("Institution", "机构");

    public static readonly Label Security = new("Security", "安全");

    public static readonly Label Apps = new("Apps that may act for you", "可代表您访问的应用");

    public static readonly Label Administration = new("Administration", "管理");

    public static readonly Label Sessions = new("Where you are signed in", "登录的设备");

    public static readonly Label ThisBrowser = new("this browser", "当前浏览器");

    public static readonly Label UnknownBrowser = new("Unknown browser", "未知浏览器");

    public static readonly Label Browser = new("Browser", "浏览器");

    public static readonly Label Since = new("Signed in", "登录时间");

    public static readonly Label LastUsed = new("Last used", "最近使用");

    public static readonly Label End = new("End", "结束");

    public static readonly Label EndSession = new("End the session of {0}, last used {1}", "结束会话：{0}，最近使用 {1}");

    public static readonly Label EndOthers = new("End all other sessions", "结束所有其他会话");

    public static readonly Label SessionEnded = new("The session was ended.", "会话已结束。");

    public static readonly Label Authenticator = new("Authenticator app", "身份验证器应用");

    public static readonly Label AuthenticatorOn = new("Signing in asks for a code of your authenticator app.", "登录时需要输入身份验证器应用的验证码。");

    public static readonly Label AuthenticatorOff = new("Signing in asks for the password only. A code of an app on your phone keeps others out who know it.", "目前登录只需要密码。使用手机应用的验证码，可防止知道密码的人登录。");

    public static readonly Label AuthenticatorNeeded = new("Administrators need an authenticator app. Set it up to go on.", "管理员必须使用身份验证器应用。请先完成设置。");

    public static readonly Label AuthenticatorSetUp = new("Set up", "开始设置");

    public static readonly Label AuthenticatorSteps = new(
        "Scan this picture with an authenticator app, or type the key into it. Then enter the code that it shows.", "请用身份验证器应用扫描此图，或在应用中输入密钥，然后输入它显示的验证码。");

    public static readonly Label AuthenticatorPicture = new("QR code of the key", "密钥的二维码");

    public static readonly Label AuthenticatorOpen = new("Open in an authenticator app on this device", "在本设备的身份验证器应用中打开");

    public static readonly Label AuthenticatorKey = new("Key", "密钥");

    public static readonly Label AuthenticatorConfirm = new("Turn on", "启用");

    public static readonly Label AuthenticatorRemove = new("Turn off", "停用");

    public static readonly Label AuthenticatorChange = new("New recovery codes, or turn off", "更换恢复码或停用");

    public static readonly Label AuthenticatorRemoved = new("The authenticator app was turned off.", "身份验证器应用已停用。");

    public static readonly Label AuthenticatorRefused = new("Password or code is wrong, or there were too many tries.", "密码或验证码错误，或者尝试次数过多。");

    public static readonly Label RecoveryCodes = new("Recovery codes", "恢复码");

    public static readonly Label RecoveryCodesLeft = new("Recovery codes that are left: {0}", "剩余恢复码：{0}");

    public static readonly Label RecoveryCodesNew = new("New recovery codes", "生成新的恢复码");

    public static readonly Label RecoveryCodesHint = new(
        "Each of them can be used once in the place of a code, if you lose your phone. Write them down now: they are not shown again.", "手机丢失时，每个恢复码可代替验证码使用一次。请立即记下：它们不会再次显示。");

    public static readonly Label RecoveryCodesGone = new("Recovery codes are shown once. You can make new ones on the page of your authenticator app.", "恢复码只显示一次。您可以在身份验证器页面生成新的恢复码。");

    /// <summary>What a role is called.</summary>
    public static Label Of(AccountRole role) => role switch
    {
        AccountRole.Patient => Patient,
        AccountRole.Practitioner => Practitioner,
        _ => Administrator,
    };
}
