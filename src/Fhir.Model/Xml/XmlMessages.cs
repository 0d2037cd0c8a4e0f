// What the parser says of XML beside what it says of structure in any format.

namespace FhirHub.Model;

/// <summary>Messages of reading XML.</summary>
internal static class XmlMessages
{
    public static readonly MessageTemplate UnknownEncoding = new(
        "unknown-encoding",
        "The XML declares an encoding that is not read here; send UTF-8.",
        "XML 声明了此处不支持的编码；请使用 UTF-8。");

    public static readonly MessageTemplate NotInEncoding = new(
        "not-in-encoding",
        "The content is not valid {0} at byte {1}.",
        "内容在第 {1} 字节处不是有效的 {0}。");

    public static readonly MessageTemplate DocumentType = new(
        "document-type",
        "The XML has a document type declaration, which FHIR does not allow; leave it out, with the entities that it declares.",
        "XML 中有文档类型声明（DTD），FHIR 不允许；请去掉它以及它所声明的实体。");

    public static readonly MessageTemplate NotXml = new(
        "not-xml",
        "The content is not well-formed XML: {0}",
        "内容不是格式正确的 XML：{0}");

    public static readonly MessageTemplate WrongRootNamespace = new(
        "wrong-root-namespace",
        "The root element must be a resource in the namespace {0}, not in '{1}'.",
        "根元素必须是命名空间 {0} 中的资源，而不是“{1}”中的。");

    public static readonly MessageTemplate TextInElement = new(
        "text-in-element",
        "Text is not allowed in {0}; values stand in the attribute value.",
        "{0} 中不允许有文本；值应写在属性 value 中。");

    public static readonly MessageTemplate TextAroundResource = new(
        "text-around-resource",
        "Text is not allowed around a resource.",
        "资源前后不允许有文本。");

    public static readonly MessageTemplate UnknownElement = new(
        "unknown-element",
        "Unknown element '{0}' in {1}; it has {2}.",
        "{1} 中没有元素“{0}”；可用的有 {2}。");

    public static readonly MessageTemplate WrongNamespace = new(
        "wrong-namespace",
        "The element {0} must be in the namespace {1}, not in '{2}'.",
        "元素 {0} 必须在命名空间 {1} 中，而不是在“{2}”中。");

    public static readonly MessageTemplate IsAttribute = new(
        "is-attribute",
        "{0} is an attribute in XML, not an element.",
        "{0} 在 XML 中是属性，而不是元素。");

    public static readonly MessageTemplate WrongOrder = new(
        "wrong-order",
        "The element {0} stands after elements that it must precede; XML needs the order {1}.",
        "元素 {0} 的位置太靠后；XML 要求的顺序是 {1}。");

    public static readonly MessageTemplate DoesNotRepeat = new(
        "does-not-repeat",
        "{0} does not repeat; there is more than one {1}.",
        "{0} 不可重复；此处的 {1} 不止一个。");

    public static readonly MessageTemplate NoValue = new(
        "no-value",
        "{0} has neither a value nor extensions; write value=\"…\".",
        "{0} 既没有值也没有扩展；请写 value=\"…\"。");

    public static readonly MessageTemplate OneResourceOnly = new(
        "one-resource-only",
        "There may be one resource here only.",
        "此处只能有一个资源。");

    public static readonly MessageTemplate NoResource = new(
        "no-resource",
        "{0} holds no resource.",
        "{0} 中没有资源。");

    public static readonly MessageTemplate UnknownAttribute = new(
        "unknown-attribute",
        "The attribute '{0}' is not allowed in {1}.",
        "{1} 中不允许有属性“{0}”。");
}
