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

/// <summary>The store has more to do than it can, or part of it is not there for the moment. Trying again later may help.</summary>
public sealed class StoreBusyException(string message, Exception? reason = null) : Exception(message, reason)
{
    /// <summary>Time to wait before trying again; null if the store does not tell.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>True if it was asked more than it may be in a time, false if it is not available.</summary>
    public bool IsThrottled { get; init; }

    /// <summary>True if what was asked for may have been done, or may yet be: no answer came. Else nothing was changed.</summary>
    public bool IsOutcomeUnknown { get; init; }
}

/// <summary>A resource is too large for the store; nothing was changed. The message says which limit it is.</summary>
public sealed class ResourceTooLargeException(string message) : Exception(message)
{
    /// <summary>The resource.</summary>
    public required ResourceKey Resource { get; init; }
}
