// The words of a resource, which its document has so that a full-text search need not look at all bodies.

using FhirHub.Search;

namespace FhirHub.Storage.Cosmos;

/// <summary>Lists the words of a resource (R4 search.html#content).</summary>
internal static class SearchWords
{
    /// <summary>The member of a document that has them; a document without it is looked at by every full-text search.</summary>
    public const string Member = "w";

    // More of them would make the document and its index too large.
    private const int WordsAtMost = 2_000;

    /// <summary>Each word of narrative and content once; null if they are too many, or if the store knows no texts.</summary>
    public static IReadOnlyCollection<string>? Of(Func<ReadOnlyMemory<byte>, ResourceText>? texts, ResourceKey key, ResourceBody body)
    {
        if (texts is null)
            return null;
        var words = new HashSet<string>(StringComparer.Ordinal);
        var text = texts(body.ToArray(new StoredVersion(key, 1, DateTimeOffset.UnixEpoch, WriteMethod.Put, body)));
        foreach (var passage in text.Narrative.Concat(text.Content))
        {
            TextSegmentation.Read(passage, word => words.Add(word));
            if (words.Count > WordsAtMost)
                return null;
        }

        return words;
    }
}
