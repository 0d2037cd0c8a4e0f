// Where bodies lie that are too large for a document: the seam between the store and a folder or a bucket.

namespace FhirHub.Storage.Cosmos;

/// <summary>
/// Bytes under names, written once and never changed. A name is known to nobody before <see cref="WriteAsync"/> has ended, so a blob is
/// seen whole or not at all; one that no document came to name is found by <see cref="ListAsync"/>.
/// </summary>
/// <remarks>
/// All methods throw <see cref="StoreException"/> where the blobs can't be reached or are damaged, <see cref="StoreBusyException"/>
/// where it is worth trying again later, and <see cref="ArgumentException"/> for a name that is none.
/// </remarks>
public interface IBodyBlobs : IDisposable
{
    /// <summary>Ends when the bytes are on disk.</summary>
    /// <param name="name">A new name, as <see cref="BodyBlobName.Create"/> makes it.</param>
    /// <param name="bytes">The bytes, <see cref="BodyBlobFrame.MostBytes"/> at most.</param>
    /// <param name="cancel">Ends the wait; what is then there may be a blob of the name or not.</param>
    Task WriteAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancel);

    /// <summary>The bytes as they were written.</summary>
    /// <exception cref="StoreException">There is no blob of the name, or it is not as it was written.</exception>
    Task<ReadOnlyMemory<byte>> ReadAsync(string name, CancellationToken cancel);

    /// <summary>Takes a blob away; there need not be one.</summary>
    Task DeleteAsync(string name, CancellationToken cancel);

    /// <summary>The names of blobs in the order in which the names were made.</summary>
    /// <param name="after">The name after which to begin; null for the first.</param>
    /// <param name="before">Only names made before this moment.</param>
    /// <param name="cancel">Ends the walk.</param>
    IAsyncEnumerable<string> ListAsync(string? after, DateTimeOffset before, CancellationToken cancel);
}
