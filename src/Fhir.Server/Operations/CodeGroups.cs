// Observations by code, where codes that one observation names together are the same.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Storage;

namespace FhirHub.Server;

/// <summary>
/// Groups observations as R4 observation-operation-lastn.html says: equal system and code are one, translations in one CodeableConcept
/// are one, and so is what follows from both; a text alone is compared as it is. Observations of different subjects never share a
/// group.
/// </summary>
internal sealed class CodeGroups(LiteralReferences references)
{
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<int> _parents = [];
    private readonly List<(ResourceKey Key, int Code, long Time)> _observations = [];

    /// <summary>Number of observations.</summary>
    public int Count => _observations.Count;

    /// <summary>Adds an observation.</summary>
    public void Add(ResourceKey key, ElementNode observation)
    {
        var literal = observation.Child("subject").ChildValue("reference") ?? "";
        var subject = references.TryResolve(literal, out var target) ? target.ToString() : literal;
        var code = -1;
        foreach (var name in NamesOf(observation.Child("code")))
        {
            var number = NumberOf($"{subject}\n{name}");
            if (code >= 0)
                _parents[Root(number)] = Root(code);
            else
                code = number;
        }

        _observations.Add((key, code, TimeOf(observation.Child("effective"))));
    }

    /// <summary>The last of each group, and those of the same time as the last of them; the most recent first.</summary>
    public IReadOnlyList<ResourceKey> Last(int max)
    {
        var last = new List<(ResourceKey Key, long Time)>();
        foreach (var group in _observations.GroupBy(o => Root(o.Code)))
        {
            var sorted = group.OrderByDescending(o => o.Time).ToList();
            var least = sorted[Math.Min(max, sorted.Count) - 1].Time;
            last.AddRange(sorted.TakeWhile((o, i) => i < max || o.Time == least).Select(o => (o.Key, o.Time)));
        }

        return [.. last.OrderByDescending(o => o.Time).Select(o => o.Key)];
    }

    private static IEnumerable<string> NamesOf(ElementNode code)
    {
        var any = false;
        foreach (var coding in code.ChildrenOf("coding").ToList())
        {
            if (coding.ChildValue("code") is { } value)
            {
                any = true;
                yield return $"{coding.ChildValue("system")}|{value}";
            }
        }

        // Without any code, what people read is what there is to compare.
        if (!any)
            yield return code.ChildValue("text") ?? code.Child("coding").ChildValue("display") ?? "";
    }

    /// <summary>The time that counts as an observation's: the end of a period, the last event of a timing; the least where there is none.</summary>
    public static long TimeOf(ElementNode effective)
    {
        if (!effective.Exists)
            return long.MinValue;
        switch (effective.Type.Name)
        {
            case "Period":
                return DateRange.TryParse(effective.Child("end"), out var end) ? end.High
                    : DateRange.TryParse(effective.Child("start"), out var start) ? start.Low
                    : long.MinValue;
            case "Timing":
                var last = long.MinValue;
                foreach (var happened in effective.ChildrenOf("event"))
                    last = DateRange.TryParse(happened, out var at) ? Math.Max(last, at.Low) : last;
                return last;
            default:
                return DateRange.TryParse(effective, out var time) ? time.Low : long.MinValue;
        }
    }

    private int NumberOf(string name)
    {
        if (!_codes.TryGetValue(name, out var number))
        {
            number = _parents.Count;
            _codes.Add(name, number);
            _parents.Add(number);
        }

        return number;
    }

    private int Root(int code)
    {
        while (_parents[code] != code)
            code = _parents[code] = _parents[_parents[code]];
        return code;
    }
}
