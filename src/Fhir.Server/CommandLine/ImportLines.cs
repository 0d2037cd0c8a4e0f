// NDJSON line by line, whatever its lines hold.

namespace FhirHub.Server;

/// <summary>Reads the lines of a stream.</summary>
internal static class ImportLines
{
    /// <summary>The lines that are not blank; one that is too long is reported and left out.</summary>
    public static IEnumerable<ImportDocument> Read(ImportSource source, Stream content, int maxLine)
    {
        var buffer = new byte[256 * 1024];
        var start = 0;
        var length = 0;
        var line = 1;
        var searched = 0;
        var isTooLong = false;
        while (true)
        {
            var end = buffer.AsSpan(searched, length - searched).IndexOf((byte)'\n');
            if (end >= 0)
            {
                end += searched;
                if (Document(source, line, buffer.AsSpan(start, end - start), isTooLong, maxLine) is { } document)
                    yield return document;
                line++;
                isTooLong = false;
                start = searched = end + 1;
                continue;
            }

            // The rest of an overlong line is thrown away as it comes.
            if (length - start > maxLine)
            {
                isTooLong = true;
                start = length;
            }

            buffer.AsSpan(start, length - start).CopyTo(buffer);
            length -= start;
            searched = length;
            start = 0;
            if (length == buffer.Length)
                Array.Resize(ref buffer, (int)Math.Min((long)buffer.Length * 2, (long)maxLine + 2));
            var read = content.Read(buffer, length, buffer.Length - length);
            if (read == 0)
                break;
            length += read;
        }

        if (Document(source, line, buffer.AsSpan(0, length), isTooLong, maxLine) is { } last)
            yield return last;
    }

    private static ImportDocument? Document(ImportSource source, int line, ReadOnlySpan<byte> text, bool isTooLong, int maxLine)
    {
        if (isTooLong)
            return new ImportDocument(source, line, default) { Problem = $"The line is longer than {maxLine:N0} bytes." };
        if (line == 1 && text.StartsWith("\uFEFF"u8))
            text = text[3..];
        text = text.Trim(" \t\r"u8);
        return text.IsEmpty ? null : new ImportDocument(source, line, text.ToArray());
    }
}
