// Parameters that shape the answer: order, pages, totals, what is shown and what is added (R4 search.html#return).

using System.Globalization;

namespace FhirHub.Search;

internal sealed partial class SearchParse
{
    private const int MaxSortKeys = 8;
    private const int MaxIncludes = 50;

    /// <summary>The parameters below, for messages that list what exists.</summary>
    private static readonly string[] ResultParameters =
        ["_contained", "_containedType", "_count", "_elements", "_include", "_revinclude", "_sort", "_summary", "_total", "_type"];

    private readonly List<SortKey> _sort = [];
    private readonly List<Include> _includes = [];
    private SearchResponseOptions _response = new();
    private TotalMode _total;
    private int _count;
    private ContainedMode _contained;
    private bool _containedAlone;

    // False if the parameter is a criterion.
    private bool ReadResultParameter(string name, string value)
    {
        switch (name)
        {
            case "_count":
                Once(name);
                ReadCount(value);
                return true;
            case "_sort":
                Once(name);
                _sort.AddRange(ReadSort(value));
                return true;
            case "_total":
                Once(name);
                _total = value switch
                {
                    "none" => TotalMode.None,
                    "estimate" => TotalMode.Estimate,
                    "accurate" => TotalMode.Accurate,
                    _ => throw new SearchFault("value", SearchMessages.Total, Shown(value)),
                };
                return true;
            case "_summary":
                Once(name);
                ReadSummary(value);
                return true;
            case "_elements":
                Once(name);
                _response = _response with { Elements = ReadElements(value) };
                return true;
            case "_include" or "_include:iterate" or "_include:recurse" or "_revinclude" or "_revinclude:iterate" or "_revinclude:recurse":
                if (_includes.Count >= MaxIncludes)
                    throw new SearchFault("too-costly", SearchMessages.TooManyIncludes, MaxIncludes.ToString(CultureInfo.InvariantCulture));
                _includes.AddRange(ReadInclude(name, value));
                return true;
            case "_type":
                throw new SearchFault("invalid", SearchMessages.TypeTwice);
            case "_contained":
                Once(name);
                _contained = value switch
                {
                    "false" => ContainedMode.None,
                    "true" => ContainedMode.Only,
                    "both" => ContainedMode.Both,
                    _ => throw new SearchFault("value", SearchMessages.Contained, Shown(value)),
                };
                return true;
            case "_containedType":
                Once(name);
                _containedAlone = value switch
                {
                    "container" => false,
                    "contained" => true,
                    _ => throw new SearchFault("value", SearchMessages.ContainedType, Shown(value)),
                };
                return true;
            default:
                return false;
        }
    }

    private void Once(string name)
    {
        if (!_once.Add(name))
            throw new SearchFault("invalid", SearchMessages.OnceOnly, name);
    }

    private void ReadCount(string value)
    {
        if (!value.All(char.IsAsciiDigit) || value.Length == 0)
            throw new SearchFault("value", SearchMessages.Count, Shown(value));
        var asked = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : long.MaxValue;
        if (asked > _options.MaxCount)
        {
            _issues.Add(Model.Issue.Warning(
                "too-costly", $"A page holds at most {_options.MaxCount} matches; follow the next links for more.", "http._count"));
        }

        if (_response.Summary == SummaryMode.Count)
            return;
        _count = (int)Math.Min(asked, _options.MaxCount);

        // "If _count has the value 0, this shall be treated the same as _summary=count" (R4 search.html#count).
        if (_count == 0)
            CountOnly();
    }

    private void CountOnly()
    {
        _count = 0;
        _total = TotalMode.Accurate;
        _once.Add("_total");
        _response = _response with { Summary = SummaryMode.Count };
    }

    private void ReadSummary(string value)
    {
        var mode = value switch
        {
            "false" => SummaryMode.False,
            "true" => SummaryMode.True,
            "text" => SummaryMode.Text,
            "data" => SummaryMode.Data,
            "count" => SummaryMode.Count,
            _ => throw new SearchFault("value", SearchMessages.Summary, Shown(value)),
        };
        if (mode == SummaryMode.Count)
            CountOnly();
        else if (_response.Summary != SummaryMode.Count)
            _response = _response with { Summary = mode };
    }

    private List<string> ReadElements(string value)
    {
        var elements = new List<string>();
        foreach (var part in SearchText.Split(value, ','))
        {
            var element = part.Trim();
            if (!_types.Any(type => _schema.FindResourceType(type)!.FindElement(element) is not null))
            {
                var known = _types.Count == 1
                    ? $"It may be {string.Join(", ", _schema.FindResourceType(_types[0])!.Elements.Select(e => e.Name))}."
                    : "No type searched has it.";
                throw new SearchFault("value", SearchMessages.Elements, Shown(element), known);
            }

            elements.Add(element);
        }

        return elements;
    }

    private List<SortKey> ReadSort(string value)
    {
        var keys = new List<SortKey>();
        foreach (var part in SearchText.Split(value, ','))
        {
            var descending = part.StartsWith('-');
            var code = descending ? part[1..] : part;
            keys.Add(code is "_id" or "_lastUpdated"
                ? new SortKey(code, null, descending)
                : new SortKey(code, SortParameter(code), descending));
        }

        return keys.Count <= MaxSortKeys
            ? keys
            : throw new SearchFault("too-costly", SearchMessages.TooManySortKeys, keys.Count.ToString(CultureInfo.InvariantCulture), MaxSortKeys.ToString(CultureInfo.InvariantCulture));
    }

    private SearchParameter SortParameter(string code)
    {
        if (code == "_score")
            throw new SearchFault("not-supported", SearchMessages.NoScore);
        if (_types.Count != 1)
            throw new SearchFault("not-supported", SearchMessages.SortOverTypes, Shown(code));
        var parameter = _registry.Find(_types[0], code);
        if (parameter is { Expression: not null, Type: not (SearchParameterType.Composite or SearchParameterType.Special) })
            return parameter;
        CheckWaiting(_types[0], code);
        var sortable = _registry.ForType(_types[0])
            .Where(p => p.Expression is not null && p.Type is not (SearchParameterType.Composite or SearchParameterType.Special))
            .Select(p => p.Code);
        throw new SearchFault("not-supported", SearchMessages.Unsortable, _types[0], Shown(code), string.Join(", ", sortable));
    }

    // [source]:[parameter]:[target]; * for all parameters (R4 search.html#revinclude).
    private List<Include> ReadInclude(string name, string value)
    {
        var reverse = name.StartsWith("_revinclude", StringComparison.Ordinal);

        // recurse is what STU3 called it.
        var iterate = name.EndsWith(":iterate", StringComparison.Ordinal) || name.EndsWith(":recurse", StringComparison.Ordinal);
        if (value == "*")
            return [.. (reverse ? Referrers() : _types).Select(type => new Include(type, null, null, reverse, iterate))];

        var parts = value.Split(':');
        if (parts.Length is not (2 or 3) || _schema.FindResourceType(parts[0]) is null)
            throw new SearchFault("value", SearchMessages.IncludeForm, name, Shown(value));
        var target = parts.Length == 3 && parts[2].Length > 0 ? parts[2] : null;
        if (target is not null && _schema.FindResourceType(target) is null)
            throw new SearchFault("value", SearchMessages.IncludeTarget, name, Shown(target));
        if (parts[1] == "*")
            return [new Include(parts[0], null, target, reverse, iterate)];

        var parameter = ReferenceParameter(parts[0], parts[1]);
        if (target is not null && parameter.TargetTypes.Count > 0 && !parameter.TargetTypes.Contains(target, StringComparer.Ordinal))
        {
            throw new SearchFault("value", SearchMessages.NeverLeadsTo, parts[0], parts[1], string.Join(", ", parameter.TargetTypes), target);
        }

        return [new Include(parts[0], parameter, target, reverse, iterate)];
    }

    // The types that may refer to one of those searched.
    private IEnumerable<string> Referrers() => _schema.ResourceTypes.Select(type => type.Name).Where(type => _registry.ForType(type).Any(
        p => p is { Expression: not null, Type: SearchParameterType.Reference }
            && (p.TargetTypes.Count == 0 || p.TargetTypes.Any(target => _types.Contains(target, StringComparer.Ordinal)))));

    // What the client wrote, short enough for a message.
    private static string Shown(string text) => text.Length > 100 ? $"'{text[..100]}…'" : $"'{text}'";
}
