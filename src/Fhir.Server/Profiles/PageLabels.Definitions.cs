// The fixed texts of the pages of definitions and examples.

namespace FhirHub.Server.Profiles;

/// <summary>Texts of profiles, terminology, actors and examples.</summary>
internal static partial class PageLabels
{
    public static readonly Label Profile = new("Profile", "规范");
    public static readonly Label Profiles = new("Profiles", "规范");
    public static readonly Label Extension = new("Extension", "扩展");
    public static readonly Label Base = new("Based on", "基于");
    public static readonly Label Type = new("Type", "类型");
    public static readonly Label Context = new("Where it may stand", "可用位置");
    public static readonly Label Elements = new("Elements", "元素");
    public static readonly Label Views = new("Views of the elements", "元素视图");
    public static readonly Label ElementsAdded = new("What the exchange adds", "平台的补充规定");
    public static readonly Label ElementsAll = new("Everything", "全部元素");
    public static readonly Label Element = new("Element", "元素");
    public static readonly Label Flags = new("Flags", "标志");
    public static readonly Label Cardinality = new("Card.", "基数");
    public static readonly Label MustSupport = new("must support", "必须支持");
    public static readonly Label Modifier = new("modifier: it changes the meaning of the rest", "修饰元素：改变其他内容的含义");
    public static readonly Label Summary = new("part of the summary", "属于摘要");
    public static readonly Label HasInvariants = new("has invariants", "有约束规则");
    public static readonly Label SameAs = new("as", "同");
    public static readonly Label Slicing = new("Sliced by", "切片依据");
    public static readonly Label Open = new("other values are allowed", "允许其他值");
    public static readonly Label Closed = new("no other values", "不允许其他值");
    public static readonly Label OpenAtEnd = new("other values are allowed at the end", "允许在末尾出现其他值");
    public static readonly Label Ordered = new("in this order", "按此顺序");
    public static readonly Label Binding = new("Codes", "代码");
    public static readonly Label NoValueSet = new("no value set", "无值集");
    public static readonly Label Required = new("required", "必须使用");
    public static readonly Label Extensible = new("extensible", "可扩展");
    public static readonly Label Preferred = new("preferred", "推荐使用");
    public static readonly Label ExampleBinding = new("example", "示例");
    public static readonly Label Fixed = new("Fixed value", "固定值");
    public static readonly Label Pattern = new("Must have", "必须包含");
    public static readonly Label Default = new("Default", "默认值");
    public static readonly Label MinValue = new("Least value", "最小值");
    public static readonly Label MaxValue = new("Greatest value", "最大值");
    public static readonly Label MaxLength = new("Greatest length", "最大长度");
    public static readonly Label More = new("More", "详情");
    public static readonly Label Definition = new("Definition", "定义");
    public static readonly Label Comment = new("Comment", "备注");
    public static readonly Label Requirements = new("Why", "用途");
    public static readonly Label WhenMissing = new("If it is missing", "缺失时的含义");
    public static readonly Label Invariants = new("Invariants", "约束规则");
    public static readonly Label Key = new("Key", "编号");
    public static readonly Label Severity = new("Severity", "级别");
    public static readonly Label Error = new("error", "错误");
    public static readonly Label Warning = new("warning", "警告");
    public static readonly Label Rule = new("Rule", "规则");
    public static readonly Label Where = new("Where", "位置");
    public static readonly Label Bindings = new("Terminology bindings", "术语绑定");
    public static readonly Label StrengthColumn = new("Strength", "约束强度");
    public static readonly Label ValueSet = new("Value set", "值集");
    public static readonly Label HowToSend = new("How to send it", "如何发送");
    public static readonly Label ToName = new("The resource names its profile", "资源中注明所用规范");
    public static readonly Label ToCheck = new("To check it without storing it", "只校验，不存储");
    public static readonly Label ToSend = new("To send it", "发送");
    public static readonly Label SearchedWith = new("Resources of this profile are found by", "用以下请求检索本规范的资源：");
    public static readonly Label Parameter = new("Parameter", "参数");
    public static readonly Label Expression = new("Expression", "表达式");
    public static readonly Label BadExamples = new("Bad examples", "错误示例");
    public static readonly Label BadExamplesAre = new(
        "Each of these has one fault. The table shows what the server answers to it.",
        "每个错误示例有一处错误，表中是服务器对它的答复。");
    public static readonly Label GoodExampleOf = new("A good example of", "正确示例，规范：");
    public static readonly Label BadExampleOf = new("A bad example of", "错误示例，规范：");
    public static readonly Label ExpectedIssues = new("What the server answers", "服务器的答复");
    public static readonly Label Code = new("Code", "代码");
    public static readonly Label Message = new("Message", "消息");
    public static readonly Label Instance = new("How it is sent", "发送形式");
    public static readonly Label From = new("From the example", "取自示例");

    public static readonly Label Concepts = new("Concepts", "概念");
    public static readonly Label ConceptCount = new("concepts", "个概念");
    public static readonly Label Content = new("Content", "内容");
    public static readonly Label CaseSensitive = new("Case matters", "区分大小写");
    public static readonly Label AllCodes = new("Value set of all codes", "全部代码的值集");
    public static readonly Label EnglishDisplay = new("English", "英文");
    public static readonly Label ChineseDisplay = new("Chinese", "中文");
    public static readonly Label Display = new("Display", "显示名称");
    public static readonly Label Cut = new("Only the first {0} are shown here.", "此处仅显示前 {0} 个。");
    public static readonly Label Composition = new("Definition", "组成");
    public static readonly Label Include = new("With", "包含");
    public static readonly Label Exclude = new("Without", "排除");
    public static readonly Label AllCodesOf = new("all codes of", "下列代码系统的全部代码：");
    public static readonly Label TheseCodesOf = new("these codes of", "下列代码系统中的这些代码：");
    public static readonly Label CodesByFilterOf = new("the codes that the filter selects of", "下列代码系统中符合筛选条件的代码：");
    public static readonly Label CodesOfValueSet = new("the codes of the value set", "下列值集中的代码：");
    public static readonly Label Expansion = new("Codes", "代码");
    public static readonly Label Codes = new("codes", "个代码");
    public static readonly Label CodeSystem = new("Code system", "代码系统");
    public static readonly Label NoExpansion = new(
        "The codes can't be listed here, since a code system that they are taken from is not loaded in this server or can't be listed.",
        "无法在此列出代码：所用的代码系统未载入本服务器，或无法逐一列出。");
    public static readonly Label IncludedBy = new("Value sets that include it", "包含它的值集");
    public static readonly Label Unclosed = new("There are more codes than those that are known to this server.", "除本服务器已知的代码外，还有其他代码。");
    public static readonly Label Kind = new("Kind", "种类");
    public static readonly Label Responsible = new("Responsible", "负责机构");
    public static readonly Label Usage = new("Usage", "用法");
    public static readonly Label UniqueIds = new("Names of the system", "系统的名称");
    public static readonly Label Value = new("Value", "值");
    public static readonly Label PreferredName = new("Preferred", "首选");
    public static readonly Label Source = new("From", "来源");
    public static readonly Label Target = new("To", "目标");
    public static readonly Label Mappings = new("Mappings", "映射");
    public static readonly Label Equivalence = new("Equivalence", "对应关系");
    public static readonly Label ResourceType = new("Resource type", "资源类型");
    public static readonly Label ResourceTypes = new("Resource types", "资源类型");
    public static readonly Label Comparators = new("Comparators", "比较符");
    public static readonly Label Modifiers = new("Modifiers", "修饰符");
    public static readonly Label Chains = new("Chains", "链式参数");
    public static readonly Label Request = new("Request", "请求");
    public static readonly Label Components = new("Components", "组成参数");
    public static readonly Label Formats = new("Formats", "格式");
    public static readonly Label AsClient = new("As a client", "作为客户端");
    public static readonly Label AsServer = new("As a server", "作为服务器");
    public static readonly Label Interactions = new("Interactions", "交互");
    public static readonly Label WholeSystem = new("Whole system", "系统级");
    public static readonly Label Operations = new("Operations", "操作");
    public static readonly Label Includes = new("_include", "_include");
    public static readonly Label RevIncludes = new("_revinclude", "_revinclude");
    public static readonly Label Expectation = new("Expectation", "要求");
}
