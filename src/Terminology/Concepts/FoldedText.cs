// Texts as the text index compares them as a whole: folded, words parted by one space.

using System.Text;
using FhirHub.Search;

namespace FhirHub.Terminology;

/// <summary>Folds texts to compare them from their beginning.</summary>
internal static class FoldedText
{
    /// <summary>Of a longer text the rest is not indexed: names are shorter, and whole articles are no names.</summary>
    public const int LongestText = 2_000;

    /// <summary>The beginning of a text that is indexed.</summary>
    public static ReadOnlySpan<byte> Indexed(ReadOnlySpan<byte> text)
    {
        if (text.Length <= LongestText)
            return text;
        var end = LongestText;
        while (end > 0 && (text[end] & 0xC0) == 0x80)
            end--;
        return text[..end];
    }

    /// <summary>The folded text: lower case without accents, letters and digits only, one space where there was anything else.</summary>
    public static ReadOnlySpan<byte> Of(ReadOnlySpan<byte> text, ref byte[] buffer)
    {
        if (buffer.Length < text.Length)
            buffer = new byte[Math.Max(text.Length, 256)];
        var written = 0;
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (letter >= 0x80)
                return OfOther(Encoding.UTF8.GetString(text), ref buffer);
            if (char.IsAsciiLetterOrDigit((char)letter))
                buffer[written++] = letter is >= (byte)'A' and <= (byte)'Z' ? (byte)(letter | 0x20) : letter;
            else if (written > 0 && buffer[written - 1] != (byte)' ')
                buffer[written++] = (byte)' ';
        }

        return buffer.AsSpan(0, written).TrimEnd((byte)' ');
    }

    private static ReadOnlySpan<byte> OfOther(string text, ref byte[] buffer)
    {
        var folded = StringFolding.Fold(text);
        var letters = new StringBuilder(folded.Length);
        foreach (var rune in folded.EnumerateRunes())
        {
            if (Rune.IsLetterOrDigit(rune) || Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.SpacingCombiningMark or System.Globalization.UnicodeCategory.PrivateUse)
                letters.Append(rune);
            else if (letters.Length > 0 && letters[^1] != ' ')
                letters.Append(' ');
        }

        var result = letters.ToString().TrimEnd();
        var most = Encoding.UTF8.GetMaxByteCount(result.Length);
        if (buffer.Length < most)
            buffer = new byte[most];
        return buffer.AsSpan(0, Encoding.UTF8.GetBytes(result, buffer));
    }
}
