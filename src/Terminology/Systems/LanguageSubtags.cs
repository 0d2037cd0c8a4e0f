// The subtags that IANA registers for language tags, with names in English and Chinese.

namespace FhirHub.Terminology;

/// <summary>A registered subtag or tag (RFC 5646 §3.1).</summary>
/// <param name="Name">Its name in English.</param>
/// <param name="ChineseName">Its name in Chinese, or null.</param>
/// <param name="Deprecated">Since when it is not to be used, or null.</param>
/// <param name="Preferred">What to use instead, or null.</param>
/// <param name="Prefixes">What an extended language or a variant is to stand behind; empty for anything.</param>
internal sealed record LanguageSubtag(string Name, string? ChineseName, string? Deprecated, string? Preferred, IReadOnlyList<string> Prefixes);

/// <summary>The IANA language subtag registry (RFC 5646 §3).</summary>
internal sealed class LanguageSubtags
{
    private static readonly Lazy<LanguageSubtags> LazyEmbedded = new(static () => new LanguageSubtags());

    private readonly Dictionary<string, LanguageSubtag> _languages = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, LanguageSubtag> _extended = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, LanguageSubtag> _scripts = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, LanguageSubtag> _regions = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, LanguageSubtag> _variants = new(StringComparer.OrdinalIgnoreCase);
    private readonly Dictionary<string, LanguageSubtag> _wholeTags = new(StringComparer.OrdinalIgnoreCase);
    private readonly List<(char Kind, string First, string Last, LanguageSubtag Subtag)> _privateUse = [];

    private LanguageSubtags()
    {
        foreach (var line in StandardCodes.Read())
        {
            if (line.Kind == 'D')
                Date = line[1]!;
            else if (Kind(line.Kind) is { } subtags)
                Add(subtags, line);
        }
    }

    /// <summary>The registry of this build; read when it is first asked for.</summary>
    public static LanguageSubtags Embedded => LazyEmbedded.Value;

    /// <summary>The date of the registry.</summary>
    public string Date { get; } = "";

    public LanguageSubtag? Language(string subtag) => _languages.GetValueOrDefault(subtag) ?? PrivateUse('L', subtag);

    public LanguageSubtag? Extended(string subtag) => _extended.GetValueOrDefault(subtag);

    public LanguageSubtag? Script(string subtag) => _scripts.GetValueOrDefault(subtag) ?? PrivateUse('T', subtag);

    public LanguageSubtag? Region(string subtag) => _regions.GetValueOrDefault(subtag) ?? PrivateUse('R', subtag);

    public LanguageSubtag? Variant(string subtag) => _variants.GetValueOrDefault(subtag);

    /// <summary>A tag that is registered as a whole: <c>i-klingon</c>, <c>zh-min-nan</c>, <c>zh-Hans</c>.</summary>
    public LanguageSubtag? WholeTag(string tag) => _wholeTags.GetValueOrDefault(tag);

    private Dictionary<string, LanguageSubtag>? Kind(char kind) => kind switch
    {
        'L' => _languages,
        'X' => _extended,
        'T' => _scripts,
        'R' => _regions,
        'V' => _variants,
        'G' => _wholeTags,
        _ => null,
    };

    private void Add(Dictionary<string, LanguageSubtag> subtags, StandardCodeLine line)
    {
        var prefixes = line.Kind is 'X' or 'V' ? line[6]?.Split(',') : null;
        var subtag = new LanguageSubtag(line[2]!, line[3], line[4], line[5], prefixes ?? []);
        if (line[1]!.Split("..") is [var first, var last])
            _privateUse.Add((line.Kind, first, last, subtag));
        else
            subtags[line[1]!] = subtag;
    }

    // Ranges for private use, such as qaa..qtz.
    private LanguageSubtag? PrivateUse(char kind, string subtag)
    {
        foreach (var (registered, first, last, found) in _privateUse)
        {
            if (registered == kind && subtag.Length == first.Length
                && string.Compare(subtag, first, StringComparison.OrdinalIgnoreCase) >= 0
                && string.Compare(subtag, last, StringComparison.OrdinalIgnoreCase) <= 0)
            {
                return found;
            }
        }

        return null;
    }
}
