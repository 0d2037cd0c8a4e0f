// The bodies of versions: in their documents, or in blobs where they are too large for that.

using System.Text.Json;

namespace FhirHub.Storage.Cosmos;

/// <summary>A body as a document holds it.</summary>
/// <param name="Coded">Its bytes (<see cref="BodyCodec"/>), where they are in the document.</param>
/// <param name="Blob">The name of the blob that has them, where they are not.</param>
internal readonly record struct StoredBody(ReadOnlyMemory<byte> Coded, string? Blob)
{
    /// <summary>Bytes that the body takes in the document.</summary>
    public int DocumentLength => (Coded.Length + 2) / 3 * 4;

    /// <summary>Writes the member of the document.</summary>
    public void Write(Utf8JsonWriter json)
    {
        if (Blob is null)
            json.WriteBase64String(Layout.BodyName, Coded.Span);
        else
            json.WriteString(Layout.BlobName, Blob);
    }
}

/// <summary>Puts bodies where they belong, and gets them from there.</summary>
internal sealed class Bodies(IBodyBlobs? blobs, TimeProvider clock) : IDisposable
{
    // Larger ones leave too little of a document's 2 MB for what search needs.
    private const int DocumentLength = 1_500_000;

    // Blobs that are read at the same time: each is in memory as a whole.
    private const int MostReads = 16;
    private readonly SemaphoreSlim _reads = new(MostReads);

    /// <summary>How a body is stored: if it is in a blob, the blob is on disk when this ends.</summary>
    /// <param name="key">Whose body it is, for the message.</param>
    /// <param name="body">The body.</param>
    /// <param name="isApart">True if it must be in a blob although it is not large, since what goes with it is.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="ResourceTooLargeException">It needs a blob, and the store has no place for blobs.</exception>
    public async Task<StoredBody> StoreAsync(ResourceKey key, ResourceBody body, bool isApart, CancellationToken cancel)
    {
        var coded = BodyCodec.Encode(body.Tail.Span);
        var stored = new StoredBody(coded, null);
        if (!isApart && stored.DocumentLength <= DocumentLength)
            return stored;
        if (blobs is null)
            throw new ResourceTooLargeException($"{key.Type}/{key.Id} takes {coded.Length} bytes when compressed, and the store has no place for what does not fit in a document.") { Resource = key };
        var name = BodyBlobName.Create(clock.GetUtcNow());
        await blobs.WriteAsync(name, coded, cancel);
        return new StoredBody(default, name);
    }

    /// <summary>The body of a document of any container; empty for a tombstone.</summary>
    public async ValueTask<ResourceBody> ReadAsync(JsonElement document, CancellationToken cancel)
    {
        if (document.TryGetProperty(Layout.BodyName, out var body))
            return BodyCodec.Decode(body.GetBytesFromBase64());
        if (document.Text(Layout.BlobName) is not { } name)
            return default;
        if (blobs is null || !BodyBlobName.IsName(name))
            throw new StoreException("A version's body is in a blob, and the store was not told where blobs are.");
        await _reads.WaitAsync(cancel);
        try
        {
            return BodyCodec.Decode((await blobs.ReadAsync(name, cancel)).Span);
        }
        finally
        {
            _reads.Release();
        }
    }

    /// <summary>Versions with their bodies.</summary>
    public Task<StoredVersion[]> VersionsAsync(IEnumerable<ResourceDocument> documents, CancellationToken cancel) =>
        Task.WhenAll(documents.Select(document => document.ToVersionAsync(this, cancel).AsTask()));

    /// <summary>Removes a body of which no document was made.</summary>
    public Task DropAsync(StoredBody body, CancellationToken cancel) => body.Blob is { } name && blobs is not null ? blobs.DeleteAsync(name, cancel) : Task.CompletedTask;

    /// <inheritdoc/>
    public void Dispose()
    {
        _reads.Dispose();
        blobs?.Dispose();
    }
}
