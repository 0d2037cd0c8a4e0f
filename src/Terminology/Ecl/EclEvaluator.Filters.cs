// Filters of concepts and of descriptions, as far as a table keeps what they ask for.

using System.Text;
using FhirHub.Model;

namespace FhirHub.Terminology.Ecl;

internal sealed partial class EclEvaluator
{
    private ConceptSet Filter(EclExpression.Filtered filtered)
    {
        var set = Evaluate(filtered.Operand, withInactive: filtered.Filters.Any(static filter => filter is EclFilter.Active));
        foreach (var filter in filtered.Filters)
        {
            cancel.ThrowIfCancellationRequested();
            set = filter switch
            {
                EclFilter.Active active => active.Value ? set.Except(table.Inactive) : set.And(table.Inactive),
                EclFilter.DefinitionStatus status => ByDefinitionStatus(set, status),
                EclFilter.Module module => ByProperty(set, Snomed.ModuleId, module.Comparison, Codes(module.Modules).Contains),
                EclFilter.EffectiveTime time => ByEffectiveTime(set, time),
                EclFilter.Description description => ByDescription(set, description.Conditions),
                _ => throw NotKept($"the filter '{NameOf(filter)}' of concepts, which is not known here"),
            };
        }

        return set;
    }

    private ConceptSet ByDefinitionStatus(ConceptSet set, EclFilter.DefinitionStatus status)
    {
        var statuses = Codes(status.Statuses);
        return ByProperty(set, Snomed.SufficientlyDefined, status.Comparison, value => statuses.Contains(value == "true" ? Snomed.Defined : Snomed.Primitive));
    }

    private ConceptSet ByEffectiveTime(ConceptSet set, EclFilter.EffectiveTime time) => ByProperty(
        set,
        Snomed.EffectiveTime,
        time.Comparison == EclComparison.NotEqual ? EclComparison.NotEqual : EclComparison.Equal,
        value => time.Times.Any(wanted => Compare(string.CompareOrdinal(value, wanted), time.Comparison == EclComparison.NotEqual ? EclComparison.Equal : time.Comparison)));

    private ConceptSet ByProperty(ConceptSet set, string property, EclComparison comparison, Func<string, bool> holds)
    {
        if (table.FindProperty(property) < 0)
            throw NotKept($"the property '{property}' of concepts, which this edition's table does not hold");
        var found = table.WithProperty(property, holds);
        return comparison == EclComparison.Equal ? set.And(found) : set.Except(found);
    }

    // All conditions are on one and the same description; those on language and use are worked out once for each pair of the two.
    private ConceptSet ByDescription(ConceptSet set, IReadOnlyList<EclFilter> conditions)
    {
        var terms = conditions.OfType<EclFilter.Term>().Select(static term => (Terms: new EclTerms(term.Terms), IsEqual: term.Comparison == EclComparison.Equal)).ToArray();
        var kinds = conditions.Where(static condition => condition is not EclFilter.Term).Select(Compile).ToArray();
        var known = new Dictionary<(int, int), bool>();
        var characters = new char[256];
        var count = 0;
        return set.Where(concept =>
        {
            if ((++count & 0xFFF) == 0)
                cancel.ThrowIfCancellationRequested();
            foreach (var row in table.DesignationRows(concept))
            {
                if (!known.TryGetValue((row.Language, row.Use), out var isKind))
                    known[(row.Language, row.Use)] = isKind = Array.TrueForAll(kinds, kind => kind(row));
                if (isKind && HasTerms(row))
                    return true;
            }

            return false;
        });

        bool HasTerms(DesignationRow row)
        {
            if (terms.Length == 0)
                return true;
            var utf8 = table.Text(row.Value);
            if (characters.Length < utf8.Length)
                characters = new char[utf8.Length * 2];
            var text = characters.AsSpan(0, Encoding.UTF8.GetChars(utf8, characters));
            foreach (var (wanted, isEqual) in terms)
            {
                if (wanted.Match(text) != isEqual)
                    return false;
            }

            return true;
        }
    }

    private Func<DesignationRow, bool> Compile(EclFilter condition)
    {
        switch (condition)
        {
            case EclFilter.Language language:
                var languages = language.Languages.ToHashSet(StringComparer.OrdinalIgnoreCase);
                return row => languages.Contains(Primary(Language(row))) == (language.Comparison == EclComparison.Equal);
            case EclFilter.Type type:
                var types = Codes(type.Types);
                return row => types.Contains(TypeOf(row)) == (type.Comparison == EclComparison.Equal);
            case EclFilter.Dialect dialect:
                var tests = dialect.Dialects.Select(CompileDialect).ToArray();
                return row => Array.Exists(tests, test => test(row)) == (dialect.Comparison == EclComparison.Equal);
            case EclFilter.Active { Value: true }:
                return static _ => true;
            default:
                throw NotKept($"the filter '{NameOf(condition)}' of descriptions, of which type, language, dialect and text are kept and only those in use");
        }
    }

    // A description that all dialects of its language treat alike has the language alone (Rf2Reader.Descriptions).
    private Func<DesignationRow, bool> CompileDialect(EclDialect dialect)
    {
        List<long> sets;
        if (dialect.Alias is { } alias)
        {
            sets = [Snomed.DialectOf(alias) ?? throw new TerminologyException(
                "invalid", $"The dialect '{alias}' is not known here; use dialectId with the identifier of its language reference set.")];
        }
        else
        {
            sets = [.. Codes(dialect.ReferenceSets!).Select(long.Parse)];
        }

        return row =>
        {
            var (language, type, isPreferred) = (Language(row), TypeOf(row), UseOf(row) == Snomed.PreferredUse);
            if (type == Snomed.Synonym && (UseOf(row) is null || (dialect.IsPreferred is { } wanted && wanted != isPreferred)))
                return false;
            if (type != Snomed.Synonym && dialect.IsPreferred == false)
                return false;
            return sets.Exists(set =>
            {
                var tag = Snomed.LanguageTag(Primary(language), set);
                return tag.Equals(language, StringComparison.OrdinalIgnoreCase)
                    || (!language.Contains('-', StringComparison.Ordinal) && Primary(tag).Equals(language, StringComparison.OrdinalIgnoreCase));
            });
        };
    }

    private string Language(DesignationRow row) => row.Language < 0 ? "" : table.DesignationLanguages[row.Language];

    private CodingValue? UseOf(DesignationRow row) => row.Use < 0 ? null : table.DesignationUses[row.Use];

    private string TypeOf(DesignationRow row) => UseOf(row) is { System: Snomed.System, Code: var code } ? code : Snomed.Synonym;

    private static string Primary(string language) => language.IndexOf('-', StringComparison.Ordinal) is >= 0 and var hyphen ? language[..hyphen] : language;
}
