// What the launcher page says.

using FhirHub.Html;

namespace FhirHub.Smart;

/// <summary>Texts of the launcher page.</summary>
internal static class LaunchLabels
{
    public static readonly Label Title = new("Open an app for a patient", "为患者打开应用");

    public static readonly Label Reason = new(
        "Choose the patient and the app: it opens with this patient's context, as from within a hospital's system.",
        "请选择患者和应用：应用将带着该患者的上下文打开，如同从医院系统内打开一样。");

    public static readonly Label NoApps = new(
        "No app can be opened from here yet. An app is registered for it with a launch address and the scope launch.",
        "目前没有可从此处打开的应用。应用注册时须提供启动地址并申请 launch 权限。");

    public static readonly Label OtherPatient = new("Another patient", "其他患者");

    public static readonly Label App = new("App", "应用");

    public static readonly Label Intent = new("Intent (a word that the app knows; may be empty)", "意图（应用约定的词，可留空）");

    public static readonly Label Context = new("Further context (references such as ImagingStudy/1, separated by blanks; may be empty)", "其他上下文（引用，例如 ImagingStudy/1，以空格分隔，可留空）");

    public static readonly Label Banner = new("The app shows whose records they are (patient banner)", "由应用显示患者信息栏");

    public static readonly Label Launch = new("Open the app", "打开应用");

    public static readonly Label NotChosen = new("Choose an app, and a patient and a visit whom you may see.", "请选择应用，以及您有权查看的患者和就诊。");

    public static readonly Label BadContext = new(
        "The further context must be references to resources that you may see, such as ImagingStudy/1; intent has 256 characters at most.",
        "其他上下文必须是您有权查看的资源的引用，例如 ImagingStudy/1；意图最多 256 个字符。");
}
