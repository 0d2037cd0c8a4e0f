// What is said of a primitive whose value is not of its format.

using System.Collections.Frozen;

namespace FhirHub.Model;

/// <summary>Messages of <see cref="PrimitiveFormat"/>.</summary>
internal static class PrimitiveMessages
{
    private static readonly FrozenDictionary<PrimitiveKind, MessageTemplate> Templates = Enum.GetValues<PrimitiveKind>().ToFrozenDictionary(
        static kind => kind,
        static kind => new MessageTemplate(
            $"not-a-valid-{kind.ToString().ToLowerInvariant()}",
            $"'{{0}}' is not a valid {{1}}: expected {PrimitiveFormat.Expected(kind)}.",
            $"“{{0}}”不是有效的 {{1}}：应为{InChinese(kind)}。"));

    /// <summary>That a value (0) is none of the type (1) of that kind.</summary>
    public static MessageTemplate Invalid(PrimitiveKind kind) => Templates[kind];

    private static string InChinese(PrimitiveKind kind) => kind switch
    {
        PrimitiveKind.Boolean => " true 或 false",
        PrimitiveKind.Integer => " -2147483648 到 2147483647 的整数",
        PrimitiveKind.UnsignedInt => " 0 到 2147483647 的整数",
        PrimitiveKind.PositiveInt => " 1 到 2147483647 的整数",
        PrimitiveKind.Decimal => "小数，如 3.50",
        PrimitiveKind.String or PrimitiveKind.Markdown => " 1 到 1,048,576 个字符，不能全是空白，不能有控制字符",
        PrimitiveKind.Code => "首尾没有空白、中间没有连续空白的代码",
        PrimitiveKind.Id => " 1 到 64 个字符，可用 A-Z a-z 0-9 - .",
        PrimitiveKind.Uri or PrimitiveKind.Url or PrimitiveKind.Canonical => "不含空白的 URI",
        PrimitiveKind.Oid => " OID，如 urn:oid:1.2.840.10008",
        PrimitiveKind.Uuid => " UUID，如 urn:uuid:c757873d-ec9a-4326-a141-556f43239520",
        PrimitiveKind.Base64Binary => " base64 内容",
        PrimitiveKind.Instant => "时刻，如 2015-02-07T13:28:17.239+02:00",
        PrimitiveKind.Date => "日期，如 2018、1973-06 或 1905-08-23",
        PrimitiveKind.DateTime => "日期或日期时间，如 2018、1973-06、1905-08-23 或 2015-02-07T13:28:17+02:00",
        PrimitiveKind.Time => "时间，如 14:30:00",
        PrimitiveKind.Xhtml => " XHTML 的 div",
        _ => "一个值",
    };
}
