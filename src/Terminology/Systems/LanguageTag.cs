// The grammar of language tags, and their names composed from those of their parts.

using System.Text;

namespace FhirHub.Terminology;

/// <summary>A language tag that follows the grammar and whose subtags are registered (RFC 5646 §2.1, §2.2.9 "valid").</summary>
internal sealed class LanguageTag
{
    /// <summary>Longest tag that is read; longer ones count as invalid.</summary>
    public const int MaxLength = 100;

    private readonly List<LanguageSubtag> _parts = [];
    private readonly List<string> _extensions = [];

    private LanguageTag(string code) => Code = code;

    /// <summary>The tag as it was given.</summary>
    public string Code { get; }

    /// <summary>The language subtag; null for a tag of private use and one that is registered as a whole.</summary>
    public string? Language { get; private set; }

    /// <summary>The extended language subtag, or null.</summary>
    public string? ExtendedLanguage { get; private set; }

    /// <summary>The script subtag, or null.</summary>
    public string? Script { get; private set; }

    /// <summary>The region subtag, or null.</summary>
    public string? Region { get; private set; }

    /// <summary>The variant subtags.</summary>
    public List<string> Variants { get; } = [];

    /// <summary>The extensions, each from its singleton on (<c>u-ca-chinese</c>).</summary>
    public IReadOnlyList<string> Extensions => _extensions;

    /// <summary>What follows <c>x-</c>, or null.</summary>
    public string? PrivateUse { get; private set; }

    /// <summary>True if a subtag, or the tag as a whole, is not to be used any more.</summary>
    public bool IsDeprecated { get; private set; }

    /// <summary>The tag that the registry prefers to this one, or null.</summary>
    public string? Preferred { get; private set; }

    /// <summary>The name in English: <c>Chinese (Simplified, China)</c>.</summary>
    public string Display => Compose(static part => part.Name, " (", ", ", ")");

    /// <summary>The name in Chinese, or null where the language has none.</summary>
    public string? ChineseDisplay => _parts is [{ ChineseName: not null }, ..] ? Compose(static part => part.ChineseName ?? part.Name, "（", "，", "）") : null;

    /// <summary>The tag in the case that RFC 5646 §2.1.1 recommends: <c>zh-Hans-CN</c>.</summary>
    public string Normalized { get; private set; } = "";

    /// <summary>Reads a tag; null if it is not valid.</summary>
    public static LanguageTag? Parse(string code, LanguageSubtags registry)
    {
        if (code.Length is 0 or > MaxLength || !code.All(static c => char.IsAsciiLetterOrDigit(c) || c == '-'))
            return null;
        var tag = new LanguageTag(code);
        var subtags = code.Split('-');
        if (Array.Exists(subtags, static subtag => subtag.Length is 0 or > 8))
            return null;
        return tag.ReadParts(subtags, registry) || tag.ReadWhole(registry) ? tag : null;
    }

    // A grandfathered tag that the grammar has no place for (RFC 5646 §2.2.8).
    private bool ReadWhole(LanguageSubtags registry)
    {
        if (registry.WholeTag(Code) is not { } whole)
            return false;
        (Language, ExtendedLanguage, Script, Region, PrivateUse) = (null, null, null, null, null);
        Variants.Clear();
        _extensions.Clear();
        _parts.Clear();
        _parts.Add(whole);
        IsDeprecated = whole.Deprecated is not null;
        Preferred = whole.Preferred;
        Normalized = Code.ToLowerInvariant();
        return true;
    }

    private bool ReadParts(string[] subtags, LanguageSubtags registry)
    {
        var at = 0;
        if (!Is(subtags, at, "x"))
        {
            if (subtags[0].Length is < 2 or > 3 || registry.Language(subtags[0]) is not { } language)
                return false;
            Language = subtags[at++].ToLowerInvariant();
            Take(language);
            if (at < subtags.Length && subtags[at].Length == 3 && registry.Extended(subtags[at]) is { } extended)
            {
                if (!IsBehind(extended))
                    return false;
                ExtendedLanguage = subtags[at++].ToLowerInvariant();
                Take(extended);
                Preferred = extended.Preferred;
            }

            ReadScriptAndRegion(subtags, ref at, registry);
            if (!ReadVariants(subtags, ref at, registry) || !ReadExtensions(subtags, ref at))
                return false;
        }

        if (Is(subtags, at, "x") && at + 1 < subtags.Length)
        {
            PrivateUse = string.Join('-', subtags.Skip(at + 1)).ToLowerInvariant();
            at = subtags.Length;
        }

        Normalize();
        return at == subtags.Length;
    }

    private void ReadScriptAndRegion(string[] subtags, ref int at, LanguageSubtags registry)
    {
        if (at < subtags.Length && subtags[at].Length == 4 && registry.Script(subtags[at]) is { } script)
        {
            Script = char.ToUpperInvariant(subtags[at][0]) + subtags[at][1..].ToLowerInvariant();
            Take(script);
            at++;
        }

        if (at < subtags.Length && subtags[at].Length is 2 or 3 && registry.Region(subtags[at]) is { } region)
        {
            Region = subtags[at++].ToUpperInvariant();
            Take(region);
        }
    }

    private bool ReadVariants(string[] subtags, ref int at, LanguageSubtags registry)
    {
        while (at < subtags.Length && subtags[at].Length >= 4 && registry.Variant(subtags[at]) is { } variant)
        {
            var name = subtags[at++].ToLowerInvariant();
            if (Variants.Contains(name))
                return false;
            Variants.Add(name);
            Take(variant);
        }

        return true;
    }

    private bool ReadExtensions(string[] subtags, ref int at)
    {
        while (at < subtags.Length && subtags[at].Length == 1 && !Is(subtags, at, "x"))
        {
            var start = at++;
            while (at < subtags.Length && subtags[at].Length > 1)
                at++;
            var singleton = subtags[start].ToLowerInvariant();
            if (at == start + 1 || _extensions.Exists(known => known[..1] == singleton))
                return false;
            _extensions.Add(string.Join('-', subtags[start..at]).ToLowerInvariant());
        }

        return true;
    }

    private bool IsBehind(LanguageSubtag extended) => extended.Prefixes.Any(prefix => string.Equals(prefix, Language, StringComparison.OrdinalIgnoreCase));

    private static bool Is(string[] subtags, int at, string singleton) =>
        at < subtags.Length && string.Equals(subtags[at], singleton, StringComparison.OrdinalIgnoreCase);

    private void Take(LanguageSubtag part)
    {
        _parts.Add(part);
        IsDeprecated |= part.Deprecated is not null;
    }

    private void Normalize()
    {
        var parts = new[] { Language, ExtendedLanguage, Script, Region }.Concat(Variants).Concat(_extensions)
            .Append(PrivateUse is null ? null : $"x-{PrivateUse}");
        Normalized = string.Join('-', parts.OfType<string>());
    }

    private string Compose(Func<LanguageSubtag, string> nameOf, string open, string between, string close)
    {
        var text = new StringBuilder();
        var details = _parts.Skip(1).Select(nameOf).Concat(_extensions);
        if (PrivateUse is not null)
            details = details.Append($"x-{PrivateUse}");
        if (_parts.Count == 0)
            return $"x-{PrivateUse}";
        text.Append(nameOf(_parts[0]));
        var inside = string.Join(between, details);
        return inside.Length == 0 ? text.ToString() : text.Append(open).Append(inside).Append(close).ToString();
    }
}
