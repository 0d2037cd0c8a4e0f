// Names the state of parameters and extraction, so that a changed program or configuration is noticed.

using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace FhirHub.Search;

/// <summary>What an index was made by: the standard's parameters, the extractor and its options. Parameters that were added have keys of their own.</summary>
public static class IndexFingerprint
{
    /// <summary>A hash that two programs share only if they extract the same values from the same resource.</summary>
    public static string Of(SearchParameterRegistry registry, IndexOptions options)
    {
        ArgumentNullException.ThrowIfNull(registry);
        ArgumentNullException.ThrowIfNull(options);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Add(IndexExtractor.Version.ToString(CultureInfo.InvariantCulture));
        Add(options.Pinyin ? "pinyin" : "");
        foreach (var url in options.BaseUrls.Order(StringComparer.Ordinal))
            Add(url);
        foreach (var parameter in registry.All.Where(p => !p.IsAdded).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            Add(parameter.Key);
            Add(parameter.IndexKey);
            Add(parameter.Extraction);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset().AsSpan(0, 16));

        void Add(string text) => hash.AppendData(Encoding.UTF8.GetBytes($"{text}\0"));
    }
}
