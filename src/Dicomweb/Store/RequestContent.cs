// The body of a request, decoded where it is compressed, within bounds.

using System.IO.Compression;
using Microsoft.AspNetCore.Http;

namespace FhirHub.Dicomweb;

/// <summary>Opens bodies of requests.</summary>
internal static class RequestContent
{
    /// <summary>The content of a request, by its Content-Encoding (RFC 9110 8.4).</summary>
    /// <exception cref="DicomwebException">415: the encoding is not known.</exception>
    public static Stream Open(HttpRequest request)
    {
        var encoding = request.Headers.ContentEncoding.ToString().Trim().ToLowerInvariant();
        if (encoding is "" or "identity")
            return request.Body;
        var encoded = new CountedStream(request.Body);
        return encoding switch
        {
            "gzip" or "x-gzip" => new InflatedStream(new GZipStream(encoded, CompressionMode.Decompress), encoded),
            "deflate" => new InflatedStream(new ZLibStream(encoded, CompressionMode.Decompress), encoded),
            "br" => new InflatedStream(new BrotliStream(encoded, CompressionMode.Decompress), encoded),
            _ => throw new DicomwebException(StatusCodes.Status415UnsupportedMediaType, "Content-Encoding is one of gzip, deflate and br, or none."),
        };
    }

    private sealed class CountedStream(Stream inner) : ForwardStream
    {
        public long Count { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            var count = await inner.ReadAsync(buffer, cancellationToken);
            Count += count;
            return count;
        }
    }

    /// <summary>Ends a body that inflates to much more than images can be deflated.</summary>
    private sealed class InflatedStream(Stream inflater, CountedStream encoded) : ForwardStream
    {
        private const long FreelyInflated = 16 * 1024 * 1024;
        private const int MaxInflation = 100;

        private long _count;

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            try
            {
                var count = await inflater.ReadAsync(buffer, cancellationToken);
                _count += count;
                if (_count > FreelyInflated && _count > encoded.Count * MaxInflation)
                    throw new DicomwebException(StatusCodes.Status413PayloadTooLarge, $"The body is compressed more than {MaxInflation} times; send it as it is.");
                return count;
            }
            catch (Exception broken) when (broken is InvalidDataException or InvalidOperationException)
            {
                // Brotli tells of its data as others do of their callers.
                throw new MultipartException("The body is not compressed as its Content-Encoding says.");
            }
        }

        public override async ValueTask DisposeAsync()
        {
            await inflater.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
