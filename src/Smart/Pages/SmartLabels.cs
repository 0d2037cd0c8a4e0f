// What all pages of the authorization server say.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>Texts that stand on every page; those of one page stand beside it.</summary>
internal static class SmartLabels
{
    public static readonly Label SkipToContent = new("Skip to content", "跳到正文");

    public static readonly Label Languages = new("Language", "语言");

    public static readonly Label FormRefused = new("This form can't be used any more", "此表单已失效");

    public static readonly Label FormRefusedReason = new(
        "It is too old, or it was opened before you signed in or out. Nothing was changed. Go back, load the page again and repeat what you did; cookies must be allowed.",
        "表单已过期，或是在您登录或退出之前打开的。没有任何更改。请返回并重新加载页面后再试；浏览器必须允许 Cookie。");

    public static readonly Label Forbidden = new("Not allowed", "无权访问");

    public static readonly Label ForbiddenReason = new("This page is for administrators. Sign in as one to see it.", "此页面仅供管理员使用。请以管理员身份登录。");
}
