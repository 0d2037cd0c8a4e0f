// Descriptions of SNOMED CT, and which of them a language reference set prefers (Release File Specification 5.2.2 and 5.3.2).

using System.Runtime.InteropServices;

namespace FhirHub.Terminology.Import;

public sealed partial class Rf2Reader
{
    // Two bits for each language reference set: 1 acceptable, 2 preferred.
    private const int MostLanguageSets = 32;

    private readonly Dictionary<long, ulong> _acceptabilities = [];
    private readonly List<long> _languageSets = [];

    // How good the display of each concept is that was found so far.
    private enum DisplayRank : byte
    {
        None,
        Any,
        FullySpecified,
        PreferredElsewhere,
        PreferredInLanguage,
        Preferred,
    }

    private void ReadDescriptions(ConceptTableBuilder builder, CancellationToken cancel)
    {
        _acceptabilities.Clear();
        _languageSets.Clear();
        foreach (var file in _rf2.Languages)
            _rf2.Rows(file, AddAcceptability, null, cancel);
        var ranks = new DisplayRank[builder.Count];
        var sets = new LanguageSets(_languageSets);
        foreach (var file in _rf2.Descriptions)
            _rf2.Rows(file, row => AddDescription(builder, row, ranks, sets), null, cancel);
        _acceptabilities.Clear();
        _acceptabilities.TrimExcess();
    }

    // id, effectiveTime, active, moduleId, refsetId, referencedComponentId, acceptabilityId
    private void AddAcceptability(DelimitedLines row)
    {
        if (!row.Is(2, "1"u8))
            return;
        var set = _languageSets.IndexOf(row.Number(4));
        if (set < 0)
        {
            if (_languageSets.Count == MostLanguageSets)
                throw row.Fault($"there are more than {MostLanguageSets} language reference sets; import the packages of the edition one by one");
            set = _languageSets.Count;
            _languageSets.Add(row.Number(4));
        }

        ref var bits = ref CollectionsMarshal.GetValueRefOrAddDefault(_acceptabilities, row.Number(5), out _);
        bits |= (row.Is(6, Snomed.Preferred) ? 2UL : 1UL) << (2 * set);
    }

    // id, effectiveTime, active, moduleId, conceptId, languageCode, typeId, term, caseSignificanceId
    private void AddDescription(ConceptTableBuilder builder, DelimitedLines row, DisplayRank[] ranks, LanguageSets sets)
    {
        if (!row.Is(2, "1"u8) || !_ordinals.TryGetValue(row.Number(4), out var concept))
            return;
        var language = sets.Language(row[5]);
        var term = row.Text(7);
        var bits = _acceptabilities.GetValueOrDefault(row.Number(0));
        if (row.Is(6, Snomed.Definition))
        {
            builder.SetDefinition(concept, term);
            builder.AddDesignation(concept, term, language, Snomed.DefinitionUse);
            return;
        }

        var isFullySpecified = row.Is(6, Snomed.FullySpecifiedName);
        var rank = isFullySpecified ? DisplayRank.FullySpecified : Rank(bits, language, sets);
        if (rank > ranks[concept])
        {
            ranks[concept] = rank;
            builder.SetDisplay(concept, term);
        }

        if (isFullySpecified)
        {
            builder.AddDesignation(concept, term, language, Snomed.FullySpecifiedNameUse);
            return;
        }

        // A term that all dialects of its language treat alike stands once, under the language.
        var all = sets.Of(language);
        if (bits == 0 || all == 0)
        {
            builder.AddDesignation(concept, term, language);
            return;
        }

        AddForDialects(builder, concept, term, language, (bits >> 1) & all, all, Snomed.PreferredUse, sets);
        AddForDialects(builder, concept, term, language, bits & ~(bits >> 1) & all, all, Snomed.SynonymUse, sets);
    }

    private static void AddForDialects(ConceptTableBuilder builder, int concept, string term, string language, ulong where, ulong all, CodingValue use, LanguageSets sets)
    {
        if (where == all)
        {
            builder.AddDesignation(concept, term, language, use);
            return;
        }

        for (var set = 0; where != 0; set++, where >>= 2)
        {
            if ((where & 1) != 0)
                builder.AddDesignation(concept, term, sets.Tag(language, set), use);
        }
    }

    private DisplayRank Rank(ulong bits, string language, LanguageSets sets)
    {
        var preferred = (bits >> 1) & LanguageSets.AcceptableBits;
        if (preferred == 0)
            return DisplayRank.Any;
        var wanted = Options.Language ?? "en-US";
        for (var set = 0; preferred != 0; set++, preferred >>= 2)
        {
            if ((preferred & 1) != 0 && sets.Tag(language, set).Equals(wanted, StringComparison.OrdinalIgnoreCase))
                return DisplayRank.Preferred;
        }

        var wantedLanguage = wanted.AsSpan(0, Math.Max(wanted.IndexOf('-', StringComparison.Ordinal), 0) is > 0 and var hyphen ? hyphen : wanted.Length);
        return wantedLanguage.Equals(language, StringComparison.OrdinalIgnoreCase) ? DisplayRank.PreferredInLanguage : DisplayRank.PreferredElsewhere;
    }

    /// <summary>The language reference sets of the release, and which of them are of a language.</summary>
    private sealed class LanguageSets(List<long> sets)
    {
        public const ulong AcceptableBits = 0x5555_5555_5555_5555;

        private readonly Dictionary<(string Language, int Set), string> _tags = [];
        private readonly Dictionary<string, ulong> _masks = [];
        private readonly List<string> _languages = [];

        /// <summary>The code of a language as one and the same string.</summary>
        public string Language(ReadOnlySpan<byte> code)
        {
            foreach (var known in _languages)
            {
                if (System.Text.Ascii.Equals(code, known))
                    return known;
            }

            _languages.Add(System.Text.Encoding.UTF8.GetString(code));
            return _languages[^1];
        }

        /// <summary>The language tag of descriptions of a language in a reference set.</summary>
        public string Tag(string language, int set)
        {
            ref var tag = ref CollectionsMarshal.GetValueRefOrAddDefault(_tags, (language, set), out _);
            return tag ??= Snomed.LanguageTag(language, sets[set]);
        }

        /// <summary>The lower bits of the reference sets that may hold descriptions of a language.</summary>
        public ulong Of(string language)
        {
            ref var mask = ref CollectionsMarshal.GetValueRefOrAddDefault(_masks, language, out var isKnown);
            for (var set = 0; !isKnown && set < sets.Count; set++)
            {
                var tag = Tag(language, set);
                if (tag.StartsWith(language, StringComparison.OrdinalIgnoreCase) && (tag.Length == language.Length || tag[language.Length] == '-'))
                    mask |= 1UL << (2 * set);
            }

            return mask;
        }
    }
}
