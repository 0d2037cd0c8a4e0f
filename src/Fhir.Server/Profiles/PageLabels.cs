// The fixed texts of the pages, in both languages.

namespace FhirHub.Server.Profiles;

/// <summary>Texts that stand on several pages or around them.</summary>
internal static partial class PageLabels
{
    public static readonly Label SkipToContent = new("Skip to content", "跳到正文");
    public static readonly Label Navigation = new("Parts of the package", "规范包的各部分");
    public static readonly Label Languages = new("Language", "语言");
    public static readonly Label FrontPage = new("This server", "本服务器");
    public static readonly Label NotFound = new("There is no such page", "没有这个页面");
    public static readonly Label NotFoundText = new(
        "The package has no definition or example of this name. Names are written as they are in the package, in lower case; the first page lists them all.",
        "规范包中没有这个名称的定义或示例。名称须与规范包中一致（小写）；首页列出了全部名称。");
    public static readonly Label ToFirstPage = new("To the first page", "返回首页");
    public static readonly Label Raw = new("This resource as", "本资源的格式：");

    public static readonly Label Title = new("What to send to the exchange", "向区域平台发送什么");
    public static readonly Label About = new(
        "This package says what a system sends to the regional exchange and what it reads from it: people and institutions, referrals, consultations and shared records. Each profile has an element table, value sets, good examples, and bad examples with the answer that the server gives. Elements marked S (must support) are those that a system must be able to send and read.",
        "本规范包规定系统向区域平台发送和读取的内容：人员与机构、转诊、会诊和共享病历。每个规范都有元素表、值集、正确示例，以及错误示例和服务器对它的答复。标有 S（必须支持）的元素，系统必须能够发送和读取。");

    public static readonly Label People = new("People and institutions", "人员与机构");
    public static readonly Label Referral = new("Referral", "转诊");
    public static readonly Label Consultation = new("Consultation", "会诊");
    public static readonly Label Records = new("Records", "共享病历");
    public static readonly Label States = new("States", "状态");
    public static readonly Label Extensions = new("Extensions", "扩展");
    public static readonly Label Terminology = new("Terminology", "术语");
    public static readonly Label NamingSystems = new("Naming systems", "标识系统");
    public static readonly Label Actors = new("Actors", "角色");
    public static readonly Label SearchParameters = new("Search parameters", "检索参数");
    public static readonly Label Examples = new("Examples", "示例");
    public static readonly Label Others = new("Other resources", "其他资源");
    public static readonly Label CodeSystems = new("Code systems", "代码系统");
    public static readonly Label ValueSets = new("Value sets", "值集");
    public static readonly Label ConceptMaps = new("Concept maps", "概念映射");

    public static readonly Label Package = new("Package", "规范包");
    public static readonly Label Version = new("Version", "版本");
    public static readonly Label Canonical = new("Canonical URL", "规范 URL");
    public static readonly Label FhirVersion = new("FHIR version", "FHIR 版本");
    public static readonly Label DependsOn = new("Depends on", "依赖");
    public static readonly Label Download = new("Download", "下载");
    public static readonly Label Identifier = new("Identifier", "标识符");
    public static readonly Label ComputerName = new("Computer name", "机读名称");
    public static readonly Label Name = new("Name", "名称");
    public static readonly Label Status = new("Status", "状态");
    public static readonly Label Active = new("active", "现行");
    public static readonly Label Draft = new("draft", "草案");
    public static readonly Label Retired = new("retired", "已停用");
    public static readonly Label UnknownStatus = new("unknown", "未知");
    public static readonly Label Experimental = new("for tests only", "仅供测试");
    public static readonly Label Date = new("Date", "日期");
    public static readonly Label Publisher = new("Publisher", "发布者");
    public static readonly Label Copyright = new("Copyright", "版权");
    public static readonly Label Description = new("Description", "说明");
    public static readonly Label Yes = new("yes", "是");
    public static readonly Label No = new("no", "否");
    public static readonly Label UsedBy = new("Used by", "使用者");
    public static readonly Label AsJson = new("As JSON", "JSON 内容");
    public static readonly Label Narrative = new("Narrative", "叙述文本");

    public static readonly Label StatesAre = new(
        "Task.businessStatus carries the state of a referral or consultation. The server refuses any other change with 422 and names the states that are possible. These pictures and tables are made from the rules that the server enforces.",
        "Task.businessStatus 表示转诊或会诊的状态。其他任何状态变更，服务器都以 422 拒绝，并说明可以变更为哪些状态。以下图表由服务器执行的规则生成。");
    public static readonly Label StatesOf = new("The states and what may follow them", "状态及其后续状态");
    public static readonly Label StatesOfReferral = new("States of a referral", "转诊的状态");
    public static readonly Label StatesOfConsultation = new("States of a consultation", "会诊的状态");
    public static readonly Label State = new("State", "状态");
    public static readonly Label TaskStatus = new("Task.status", "Task.status");
    public static readonly Label MovedBy = new("Who moves it here", "由谁变更");
    public static readonly Label ByRequester = new("the institution that asks", "申请机构");
    public static readonly Label ByOwner = new("the institution that is asked", "受理机构");
    public static readonly Label ByEither = new("either institution", "任一方机构");
    public static readonly Label MayBecome = new("May become", "可变更为");
    public static readonly Label Final = new("nothing: it is final", "无：终止状态");
}
