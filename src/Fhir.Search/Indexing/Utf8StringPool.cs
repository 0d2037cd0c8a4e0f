// Strings that come again and again (systems, codes, displays) are made once, so that indexing allocates little.

using System.Text;

namespace FhirHub.Search;

/// <summary>A lossy table of strings by their UTF-8. A newcomer takes the place of what was there, so it never grows.</summary>
internal sealed class Utf8StringPool(Func<string, string>? transform = null)
{
    private const int Size = 8192;
    private const int MaxLength = 128;

    // Entries are immutable and references are written whole, so readers and writers of several threads need no lock.
    private readonly Entry?[] _entries = new Entry?[Size];

    public string Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > MaxLength)
            return Make(utf8);
        var hash = new HashCode();
        hash.AddBytes(utf8);
        ref var slot = ref _entries[hash.ToHashCode() & (Size - 1)];
        if (slot is { } entry && utf8.SequenceEqual(entry.Utf8))
            return entry.Text;
        var text = Make(utf8);
        slot = new Entry(utf8.ToArray(), text);
        return text;
    }

    private string Make(ReadOnlySpan<byte> utf8)
    {
        var text = Encoding.UTF8.GetString(utf8);
        return transform is null ? text : transform(text);
    }

    private sealed record Entry(byte[] Utf8, string Text);
}
