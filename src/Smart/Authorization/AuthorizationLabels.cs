// What the pages between an app and its authorization say.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>Texts of the error, consent and patient pages.</summary>
internal static class AuthorizationLabels
{
    public static readonly Label Refused = new("This request can't be answered", "无法处理此请求");

    public static readonly Label NothingHappened = new("No app was given anything. Go back to the app and start again.", "没有向任何应用授权。请返回应用重新开始。");

    public static readonly Label BadForm = new("The app sent a form that can't be read, or one that is too large.", "应用发送的表单无法读取或过大。");

    public static readonly Label UnknownClient = new(
        "No app that is registered and active here has this client_id. If you trust the app, ask its maker to register it with this exchange.",
        "没有以此 client_id 注册并启用的应用。如果您信任该应用，请联系其开发者在本平台注册。");

    public static readonly Label UnknownRedirect = new(
        "The app asks to be answered at an address (redirect_uri) that it did not register. Its maker has to register exactly this address.",
        "应用要求将结果发送到未注册的地址（redirect_uri）。其开发者必须注册完全相同的地址。");

    public static readonly Label RequestOver = new(
        "The request was answered already, or it waited for too long.",
        "此请求已经处理过，或等待时间过长。");

    public static readonly Label ConsentTitle = new("An app asks for access", "应用请求访问权限");

    public static readonly Label Asks = new(" asks to use records of this exchange in your name.", " 请求以您的名义使用本平台的记录。");

    public static readonly Label SignedInAs = new("You are signed in as ", "当前登录用户：");

    public static readonly Label AboutApp = new("About the app", "关于该应用");

    public static readonly Label Website = new("Website", "网站");

    public static readonly Label Policy = new("Privacy policy", "隐私政策");

    public static readonly Label Terms = new("Terms of service", "服务条款");

    public static readonly Label Contacts = new("Contact", "联系方式");

    public static readonly Label Logo = new("Logo", "标志");

    public static readonly Label AnswersTo = new("The answer goes to", "结果将发送到");

    public static readonly Label ThePatient = new("The patient", "患者");

    public static readonly Label TheEncounter = new("The visit", "就诊");

    public static readonly Label ChangePatient = new("Choose another patient", "选择其他患者");

    public static readonly Label Allowed = new("The app may", "该应用可以");

    public static readonly Label AllowedHint = new("Clear what the app is not to have.", "请取消勾选您不想授予的权限。");

    public static readonly Label All = new("All of it", "全部");

    public static readonly Label Part = new("Only what is ticked below", "仅以下勾选的内容");

    public static readonly Label None = new("Nothing of it", "不授予");

    public static readonly Label Remember = new("Don't ask again when this app asks for the same or for less", "该应用再次请求相同或更少的权限时不再询问");

    public static readonly Label EndLater = new("You can end the access of an app at any time on the page “Your apps”.", "您可以随时在“我的应用”页面终止应用的访问权限。");

    public static readonly Label Allow = new("Allow", "允许");

    public static readonly Label Deny = new("Deny", "拒绝");

    public static readonly Label PatientTitle = new("Choose a patient", "选择患者");

    public static readonly Label PatientReason = new(" works with one patient at a time. Choose whose records it may see.", " 每次只处理一位患者。请选择它可以查看谁的记录。");

    public static readonly Label EncounterTitle = new("Choose a visit", "选择就诊");

    public static readonly Label EncounterReason = new(" asks which visit this is about.", " 需要知道与哪次就诊有关。");

    public static readonly Label Name = new("Name or pinyin", "姓名或拼音");

    public static readonly Label Identifier = new("Identifier (card, record or identity number)", "标识号（就诊卡号、病历号或身份证号）");

    public static readonly Label BirthDate = new("Date of birth (such as 1980-05-21)", "出生日期（例如 1980-05-21）");

    public static readonly Label Search = new("Search", "搜索");

    public static readonly Label Found = new("Found", "搜索结果");

    public static readonly Label NobodyFound = new(
        "Nobody whom you may see was found. Look for fewer words, or check the number and the date.",
        "未找到您有权查看的患者。请减少关键词，或核对号码和日期。");

    public static readonly Label NotVisible = new("This one can't be chosen any more. Choose another.", "该选项已不可用，请重新选择。");

    public static readonly Label Choose = new("Choose", "选择");

    public static readonly Label More = new("More", "更多");

    public static readonly Label NoEncounter = new("No visit", "不选择就诊");

    public static readonly Label Cancel = new("Cancel", "取消");

    public static readonly Label Male = new("male", "男");

    public static readonly Label Female = new("female", "女");

    /// <summary>A gender in words.</summary>
    public static Label? Gender(string code) => code switch { "male" => Male, "female" => Female, _ => null };
}
