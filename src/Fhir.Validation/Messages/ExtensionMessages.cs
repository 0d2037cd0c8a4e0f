// What is said about extensions.

using FhirHub.Model;

namespace FhirHub.Validation;

/// <summary>Messages of extensions: the extension and what else is needed.</summary>
internal static class ExtensionMessages
{
    public static readonly MessageTemplate Unknown = new(
        "extension-unknown",
        "The extension {0} is not known here, so it was not checked. Load the package that defines it, or correct its url.",
        "此处不认识扩展 {0}，因此未对其进行检查。请加载定义它的包，或更正其 url。");

    public static readonly MessageTemplate UnknownModifier = new(
        "extension-unknown-modifier",
        "The modifier extension {0} is not known here, so what holds it can't be understood. Load the package that defines it, or leave it out.",
        "此处不认识修饰扩展 {0}，因此无法理解包含它的内容。请加载定义它的包，或删除该扩展。");

    public static readonly MessageTemplate RelativeUrl = new(
        "extension-relative-url",
        "The url '{0}' of an extension must be absolute; only the parts of a complex extension have short ones.",
        "扩展的 url '{0}' 必须是绝对地址；只有复杂扩展的组成部分才可使用短名称。");

    public static readonly MessageTemplate UnknownPart = new(
        "extension-unknown-part",
        "The extension {1} has no part '{0}'; it has: {2}.",
        "扩展 {1} 没有组成部分 '{0}'；它有：{2}。");

    public static readonly MessageTemplate NoExtension = new(
        "extension-not-extension",
        "{0} defines a {1}, not an extension. Use the url of an extension's definition.",
        "{0} 定义的是 {1}，不是扩展。请使用扩展定义的 url。");

    public static readonly MessageTemplate Modifier = new(
        "extension-modifier",
        "The extension {0} changes the meaning of what holds it. Put it into modifierExtension.",
        "扩展 {0} 会改变包含它的内容的含义。请将其放入 modifierExtension。");

    public static readonly MessageTemplate NotModifier = new(
        "extension-not-modifier",
        "The extension {0} does not change the meaning of what holds it. Put it into extension.",
        "扩展 {0} 不会改变包含它的内容的含义。请将其放入 extension。");

    public static readonly MessageTemplate WrongContext = new(
        "extension-context",
        "The extension {0} must not be used on {1}; it belongs on: {2}.",
        "扩展 {0} 不得用于 {1}；它只能用于：{2}。");

    public static readonly MessageTemplate ContextInvariant = new(
        "extension-context-invariant",
        "The extension {0} must not be used here. Change the data so that this is true where it stands: {1}",
        "扩展 {0} 不得用于此处。请修改数据，使以下表达式在其所在元素上成立：{1}");

    public static readonly MessageTemplate ContextInvariantFaulty = new(
        "extension-context-invariant-faulty",
        "Whether the extension {0} may stand here was not checked, since its rule can't be evaluated ({2}). Have the definition corrected: {1}",
        "未检查扩展 {0} 是否可用于此处，因为其规则无法计算（{2}）。请更正该定义：{1}");
}
