// What is said of narratives.

namespace FhirHub.Model;

/// <summary>Messages of <see cref="NarrativeRules"/>.</summary>
internal static class NarrativeMessages
{
    public static readonly MessageTemplate NoContent = new(
        "narrative-no-content",
        "The narrative must have some text or an image (txt-2).",
        "叙述中必须有文本或图像（txt-2）。");

    public static readonly MessageTemplate NotDiv = new(
        "narrative-not-div",
        "The narrative must be one div element, not {0}.",
        "叙述必须是一个 div 元素，而不是 {0}。");

    public static readonly MessageTemplate Element = new(
        "narrative-element",
        "The element {0} is not allowed in a narrative; use basic HTML formatting only (txt-1).",
        "叙述中不允许有元素 {0}；只能使用基本的 HTML 格式（txt-1）。");

    public static readonly MessageTemplate Attribute = new(
        "narrative-attribute",
        "The attribute {0} is not allowed in a narrative (txt-1).",
        "叙述中不允许有属性 {0}（txt-1）。");

    public static readonly MessageTemplate Namespace = new(
        "narrative-namespace",
        "All of a narrative must be in the namespace {0}.",
        "叙述的全部内容必须在命名空间 {0} 中。");

    public static readonly MessageTemplate NoNamespace = new(
        "narrative-no-namespace",
        "The narrative's div must declare xmlns=\"{0}\".",
        "叙述的 div 必须声明 xmlns=\"{0}\"。");

    public static readonly MessageTemplate Style = new(
        "narrative-style",
        "A style in a narrative must not load anything or run code (no url() but data: images and plain file names, no expressions, no escapes, no comments).",
        "叙述中的样式不得加载内容或运行代码（除 data: 图像和单纯的文件名外不得有 url()，不得有表达式、转义和注释）。");

    public static readonly MessageTemplate Link = new(
        "narrative-link",
        "The {0} of {1} in a narrative must be a relative, http, https, mailto or tel address; images may be data:image.",
        "叙述中 {1} 的 {0} 必须是相对地址，或 http、https、mailto、tel 地址；图像可以是 data:image。");

    public static readonly MessageTemplate AttributeTwice = Malformed("attribute-twice", "the attribute {0} appears twice", "属性 {0} 出现了两次");

    public static readonly MessageTemplate AfterEnd = Malformed("after-end", "there is something after the end of the div", "div 结束之后还有内容");

    public static readonly MessageTemplate Empty = Malformed("empty", "it is empty", "内容为空");

    public static readonly MessageTemplate NotClosed = Malformed("not-closed", "it ends before its elements are closed", "在元素关闭之前就结束了");

    public static readonly MessageTemplate NotBegun = Malformed("not-begun", "it must begin with a div element", "必须以 div 元素开头");

    public static readonly MessageTemplate Declarations = Malformed(
        "declarations", "CDATA sections, declarations and processing instructions are not allowed", "不允许有 CDATA 段、声明和处理指令");

    public static readonly MessageTemplate TagNotClosed = Malformed("tag-not-closed", "a tag is not closed", "有标签没有关闭");

    public static readonly MessageTemplate NoSpace = Malformed("no-space", "attributes must be parted by a space", "属性之间必须有空格");

    public static readonly MessageTemplate NotAnAttribute = Malformed("not-an-attribute", "a tag holds something that is not an attribute", "标签中有不是属性的内容");

    public static readonly MessageTemplate NoAttributeValue = Malformed("no-attribute-value", "an attribute has no value", "有属性没有值");

    public static readonly MessageTemplate NoQuotes = Malformed("no-quotes", "an attribute's value is not in quotes", "有属性的值没有加引号");

    public static readonly MessageTemplate ValueNotClosed = Malformed("value-not-closed", "an attribute's value is not closed", "有属性的值没有结束");

    public static readonly MessageTemplate LessThanInValue = Malformed("less-than-in-value", "an attribute's value holds <; write &lt;", "有属性的值含有 <；请写 &lt;");

    public static readonly MessageTemplate LessThan = Malformed("less-than", "a < is not the beginning of a tag; write &lt;", "有 < 不是标签的开头；请写 &lt;");

    public static readonly MessageTemplate TooDeep = Malformed("too-deep", "its elements are nested more than {0} deep", "元素的嵌套超过 {0} 层");

    public static readonly MessageTemplate EndTagNotClosed = Malformed("end-tag-not-closed", "an end tag is not closed", "有结束标签没有关闭");

    public static readonly MessageTemplate NoStartTag = Malformed("no-start-tag", "there is an end tag without a start tag", "有结束标签而没有开始标签");

    public static readonly MessageTemplate WrongEndTag = Malformed("wrong-end-tag", "the element {0} is not closed by its own end tag", "元素 {0} 没有用它自己的结束标签关闭");

    public static readonly MessageTemplate CdataEnd = Malformed("cdata-end", "its text holds ]]>; write ]]&gt;", "文本中含有 ]]>；请写 ]]&gt;");

    public static readonly MessageTemplate Comment = Malformed("comment", "a comment is not closed or holds --", "有注释没有关闭或含有 --");

    public static readonly MessageTemplate Character = Malformed("character", "it holds a character that XML does not allow", "含有 XML 不允许的字符");

    public static readonly MessageTemplate Ampersand = Malformed(
        "ampersand", "an & does not begin a character of HTML; write &amp;", "有 & 不是 HTML 字符的开头；请写 &amp;");

    private static MessageTemplate Malformed(string id, string english, string chinese) => new(
        $"narrative-{id}", $"The narrative is not well-formed XHTML: {english}.", $"叙述不是格式正确的 XHTML：{chinese}。");
}
