// Answers of several parts (PS3.18 8.6.1.2, RFC 2387).

using System.Buffers;
using System.IO.Pipelines;
using System.Text;

namespace FhirHub.Dicomweb;

/// <summary>
/// Writes a <c>multipart/related</c> answer. The boundary is drawn for each answer: one that can be guessed could be stored within an instance, to make
/// parts that nobody sent.
/// </summary>
internal sealed class MultipartWriter
{
    private readonly string _boundary = Guid.NewGuid().ToString("N");
    private readonly byte[] _end;
    private bool _hasParts;

    /// <summary>An answer whose root part has that media type.</summary>
    public MultipartWriter(string partType)
    {
        ContentType = $"multipart/related; type=\"{partType}\"; boundary={_boundary}";
        _end = Encoding.ASCII.GetBytes($"\r\n--{_boundary}--\r\n");
    }

    /// <summary>The media type of the answer.</summary>
    public string ContentType { get; }

    /// <summary>What ends the answer.</summary>
    public ReadOnlyMemory<byte> End => _hasParts ? _end : _end.AsMemory(2);

    /// <summary>What begins the next part: the boundary, and the headers.</summary>
    /// <param name="contentType">The media type of the part.</param>
    /// <param name="location">Its address, which is no client's text; null for none.</param>
    public byte[] Begin(string contentType, string? location)
    {
        var head = new StringBuilder(256);
        if (_hasParts)
            head.Append("\r\n");
        _hasParts = true;
        head.Append("--").Append(_boundary).Append("\r\nContent-Type: ").Append(contentType);
        if (location is not null)
            head.Append("\r\nContent-Location: ").Append(location);
        return Encoding.ASCII.GetBytes(head.Append("\r\n\r\n").ToString());
    }

    /// <summary>Writes a part that is in memory.</summary>
    public void Write(PipeWriter output, string contentType, string? location, ReadOnlySpan<byte> content)
    {
        output.Write(Begin(contentType, location));
        output.Write(content);
    }
}
