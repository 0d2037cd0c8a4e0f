// What can go wrong in a store that is not the answer to a request.

namespace FhirHub.Storage;

/// <summary>The store can't do its work: the file can't be opened, the disk is full, data is damaged.</summary>
public sealed class StoreException(string message) : Exception(message)
{
    /// <summary>The database's own result code, or 0.</summary>
    public int Code { get; init; }
}

/// <summary>A search took longer than <c>SearchTimeout</c> allows; nothing of it is answered.</summary>
public sealed class SearchTimeoutException(string message) : Exception(message);

/// <summary>An index that the search needs has not caught up with the store; the message says how far it is.</summary>
public sealed class SearchNotReadyException(string message) : Exception(message);
