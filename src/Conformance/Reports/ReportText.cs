// Texts of scripts and servers on their way into XML and JSON, which can't hold every character.

namespace FhirHub.Conformance;

/// <summary>Makes texts fit for documents.</summary>
internal static class ReportText
{
    /// <summary>The text with a replacement for what XML 1.0 has no place for (XML 2.2): control characters and halves of surrogate pairs.</summary>
    public static string Clean(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsAllowed(text, i))
                return string.Create(text.Length, text, static (span, source) =>
                {
                    for (var at = 0; at < span.Length; at++)
                        span[at] = IsAllowed(source, at) ? source[at] : '\uFFFD';
                });
        }

        return text;
    }

    private static bool IsAllowed(string text, int i) => text[i] switch
    {
        '\t' or '\n' or '\r' => true,
        < ' ' or '\u007F' or '\uFFFE' or '\uFFFF' => false,
        >= '\uD800' and <= '\uDBFF' => i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]),
        >= '\uDC00' and <= '\uDFFF' => i > 0 && char.IsHighSurrogate(text[i - 1]),
        _ => true,
    };
}
