// Criteria: names with modifiers, chains and _has (R4 search.html#modifiers, #chaining, #has).

using System.Globalization;
using FhirHub.Model;

namespace FhirHub.Search;

internal sealed partial class SearchParse
{
    private SearchExpression Criterion(IReadOnlyList<string> types, string name, string value, int depth)
    {
        if (depth > _options.MaxChainDepth)
            throw new SearchFault("too-costly", SearchMessages.ChainTooLong, _options.MaxChainDepth.ToString(CultureInfo.InvariantCulture));
        if (name.StartsWith("_has:", StringComparison.Ordinal))
            return ReverseChain(types, name["_has:".Length..], value, depth);

        var dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot >= 0)
            return Chain(types, name[..dot], name[(dot + 1)..], value, depth);

        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0
            ? Simple(types, name, null, value)
            : Simple(types, name[..colon], name[(colon + 1)..], value);
    }

    private void CountCondition()
    {
        if (++_conditions > _options.MaxConditions)
            throw new SearchFault("too-costly", SearchMessages.TooManyConditions, _options.MaxConditions.ToString(CultureInfo.InvariantCulture));
    }

    // Type:reference:rest, where rest may be a chain or another _has.
    private SearchExpression.ReverseChain ReverseChain(IReadOnlyList<string> types, string name, string value, int depth)
    {
        var parts = name.Split(':', 3);
        if (parts.Length != 3)
            throw new SearchFault("invalid", SearchMessages.HasForm);
        if (_schema.FindResourceType(parts[0]) is null)
            throw new SearchFault("not-supported", SearchMessages.HasType, Shown(parts[0]));
        var reference = ReferenceParameter(parts[0], parts[1]);
        if (reference.TargetTypes.Count > 0 && !types.Any(type => reference.TargetTypes.Contains(type, StringComparer.Ordinal)))
        {
            throw new SearchFault("invalid", SearchMessages.NeverLeadsTo, parts[0], parts[1], string.Join(", ", reference.TargetTypes), string.Join(", ", types));
        }

        CountCondition();
        return new SearchExpression.ReverseChain(reference, Criterion([parts[0]], parts[2], value, depth + 1));
    }

    private SearchExpression Chain(IReadOnlyList<string> types, string head, string tail, string value, int depth)
    {
        var colon = head.IndexOf(':', StringComparison.Ordinal);
        var code = colon < 0 ? head : head[..colon];
        var named = colon < 0 ? null : head[(colon + 1)..];
        if (named is not null && _schema.FindResourceType(named) is null)
            throw new SearchFault("invalid", SearchMessages.ChainType, head, tail, Shown(named));

        return Chain(types, code, named, tail, (target, inner) => Criterion([target], tail, value, inner), depth);
    }

    /// <param name="types">The types that the reference starts at.</param>
    /// <param name="code">The reference parameter.</param>
    /// <param name="named">The only type that it may lead to, or null.</param>
    /// <param name="tail">The rest of the path, for which targets are chosen.</param>
    /// <param name="condition">Makes the condition on targets of a type, at a depth.</param>
    /// <param name="depth">Steps before this one.</param>
    private SearchExpression Chain(
        IReadOnlyList<string> types, string code, string? named, string tail, Func<string, int, SearchExpression> condition, int depth)
    {
        var alternatives = new List<SearchExpression>();
        foreach (var type in types)
        {
            var reference = ReferenceParameter(type, code);
            if (named is not null && reference.TargetTypes.Count > 0 && !reference.TargetTypes.Contains(named, StringComparer.Ordinal))
                throw new SearchFault("invalid", SearchMessages.LeadsElsewhere, reference.Key, string.Join(", ", reference.TargetTypes), named);
            var targets = named is not null ? [named] : reference.TargetTypes.Count > 0 ? reference.TargetTypes : [.. _schema.ResourceTypes.Select(t => t.Name)];
            alternatives.AddRange(ChainTo(reference, targets, tail, condition, depth));
        }

        return Either(alternatives);
    }

    // Without a named type, all targets that know the rest of the chain are tried (R4 search.html#chaining).
    private List<SearchExpression> ChainTo(
        SearchParameter reference, IReadOnlyList<string> targets, string tail, Func<string, int, SearchExpression> condition, int depth)
    {
        var chains = new List<SearchExpression>();
        SearchFault? first = null;
        foreach (var target in targets)
        {
            CountCondition();

            // Most targets of an open reference do not know the next step, and a look is cheaper than a fault.
            if (targets.Count > 1 && !Knows(target, tail))
                continue;
            try
            {
                chains.Add(new SearchExpression.Chain(reference, [target], condition(target, depth + 1)));
            }
            catch (SearchFault fault) when (fault.Code != "too-costly")
            {
                // That a type does not know the parameter says less than that a value is wrong for one that does.
                if (first is null || (first.Code == UnknownCode && fault.Code != UnknownCode))
                    first = fault;
            }
        }

        if (chains.Count > 0)
            return chains;
        throw targets.Count == 1 || first is { Code: not UnknownCode }
            ? first!
            : new SearchFault(UnknownCode, SearchMessages.ChainEnd, reference.Key, string.Join(", ", targets.Take(20)), Shown(tail));
    }

    // True if the first step of a path may be a parameter of the type.
    private bool Knows(string type, string path)
    {
        var end = path.AsSpan().IndexOfAny('.', ':');
        var code = end < 0 ? path : path[..end];
        return code is "_has" or "_id" or "_lastUpdated" || Array.IndexOf(SpecialCriteria, code) >= 0 || _registry.Find(type, code) is { Expression: not null }
            || _registry.FindWaiting(type, code) is not null;
    }

    private SearchExpression Simple(IReadOnlyList<string> types, string code, string? modifier, string value)
    {
        CountCondition();
        if (Array.IndexOf(SpecialCriteria, code) >= 0)
            return Special(types, code, modifier, value);
        switch (code)
        {
            case "_id" or "_lastUpdated" when modifier == "missing":
                return IsMissing(code, value) ? new SearchExpression.None() : new SearchExpression.All();
            case "_id":
                return Ids(modifier, value);
            case "_lastUpdated" when modifier is null:
                return Either([.. Alternatives(code, value).Select(v => new SearchExpression.LastUpdated(Date(code, v)))]);
            case "_lastUpdated":
                throw new SearchFault("invalid", SearchMessages.LastUpdatedModifier, Shown(modifier));
        }

        // R4 search.html#query.
        if (code == "_query")
            throw new SearchFault("not-supported", SearchMessages.NamedQuery);

        // All types searched must know the parameter; resources of one type are found by that type's own.
        var parameters = Known(types, code);
        if (modifier == "missing")
        {
            var missing = Combine(parameters.Select(p => new SearchExpression.Missing(p)));
            return IsMissing(code, value) ? missing : new SearchExpression.Not(missing);
        }

        // Of several values none must match: ":not" and ":not-in" deny all that they name.
        var found = Either([.. parameters.SelectMany(p => Matches(p, modifier, value))]);
        return modifier is "not" or "not-in" ? new SearchExpression.Not(found) : found;
    }

    private static bool IsMissing(string code, string value) => value switch
    {
        "true" => true,
        "false" => false,
        _ => throw new SearchFault("value", SearchMessages.MissingValue, code, Shown(value)),
    };

    private IEnumerable<SearchExpression> Matches(SearchParameter parameter, string? modifier, string value)
    {
        CheckModifier(parameter, modifier);
        foreach (var alternative in Alternatives(parameter.Code, value))
        {
            CountCondition();
            yield return new SearchExpression.Parameter(parameter, Predicate(parameter, modifier, alternative));
        }
    }

    private SearchExpression Ids(string? modifier, string value)
    {
        var ids = new List<string>();
        foreach (var alternative in Alternatives("_id", value))
        {
            // [type]/[id] is what people paste; the type is in the address already.
            var id = SearchText.Unescape(alternative);
            if (!ResourceId.IsValid(id))
                throw new SearchFault("value", SearchMessages.IdFormat, Shown(id));
            ids.Add(id);
        }

        return modifier switch
        {
            null => new SearchExpression.IdIn(ids),
            "not" => new SearchExpression.Not(new SearchExpression.IdIn(ids)),
            _ => throw new SearchFault("invalid", SearchMessages.IdModifier, Shown(modifier)),
        };
    }

    private static SearchExpression Either(List<SearchExpression> alternatives) =>
        alternatives.Count == 1 ? alternatives[0] : new SearchExpression.Or(alternatives);

    private const string UnknownCode = "not-supported";

    private List<SearchParameter> Known(IReadOnlyList<string> types, string code)
    {
        var parameters = new List<SearchParameter>(types.Count);
        foreach (var type in types)
        {
            if (_registry.Find(type, code) is { Expression: not null } parameter)
                parameters.Add(parameter);
            else
                CheckWaiting(type, code);
        }

        if (parameters.Count == types.Count)
            return parameters;
        var common = types
            .Select(type => _registry.ForType(type).Where(p => p.Expression is not null).Select(p => p.Code))
            .Aggregate((a, b) => a.Intersect(b, StringComparer.Ordinal))
            .Concat(SpecialCriteria).Concat(ResultParameters).Order(StringComparer.Ordinal);
        throw types.Count == 1
            ? new SearchFault(UnknownCode, SearchMessages.UnknownParameter, types[0], Shown(code), string.Join(", ", common))
            : new SearchFault(
                UnknownCode, SearchMessages.NotCommon,
                parameters.Count.ToString(CultureInfo.InvariantCulture), types.Count.ToString(CultureInfo.InvariantCulture), Shown(code), string.Join(", ", common));
    }

    // Resources written before the parameter would be missing from what it finds, and nobody could tell.
    private void CheckWaiting(string type, string code)
    {
        if (_registry.FindWaiting(type, code) is { } waiting)
            throw new SearchFault(UnknownCode, SearchMessages.Waiting, waiting.Key);
    }

    private SearchParameter ReferenceParameter(string type, string code)
    {
        if (_registry.Find(type, code) is { Expression: not null, Type: SearchParameterType.Reference } parameter)
            return parameter;
        CheckWaiting(type, code);
        var known = _registry.ForType(type).Where(p => p.Type == SearchParameterType.Reference).Select(p => p.Code);
        throw new SearchFault(UnknownCode, SearchMessages.UnknownReference, type, Shown(code), string.Join(", ", known));
    }

    // The values that commas part, of which one must match (R4 search.html#combining).
    private List<string> Alternatives(string code, string value)
    {
        if (value.Length == 0)
            throw new SearchFault("value", SearchMessages.NoValue, code);
        var alternatives = SearchText.Split(value, ',');
        if (alternatives.Count > _options.MaxAlternatives)
            throw new SearchFault("too-costly", SearchMessages.TooManyValues, code, alternatives.Count.ToString(CultureInfo.InvariantCulture), _options.MaxAlternatives.ToString(CultureInfo.InvariantCulture));
        return alternatives.TrueForAll(a => a.Length > 0)
            ? alternatives
            : throw new SearchFault("value", SearchMessages.EmptyValue, code);
    }

    private void CheckModifier(SearchParameter parameter, string? modifier)
    {
        if (modifier is null)
            return;
        string[] allowed = parameter.Type switch
        {
            SearchParameterType.String => ["exact", "contains"],
            SearchParameterType.Token => ["not", "text", "in", "not-in", "above", "below", "of-type"],
            SearchParameterType.Uri => ["above", "below"],
            SearchParameterType.Reference => ["identifier", "above", "below"],
            _ => [],
        };
        if (allowed.Contains(modifier, StringComparer.Ordinal))
            return;

        if (parameter.Type == SearchParameterType.Reference && _schema.FindResourceType(modifier) is not null)
        {
            if (parameter.TargetTypes.Count == 0 || parameter.TargetTypes.Contains(modifier, StringComparer.Ordinal))
                return;
            throw new SearchFault("invalid", SearchMessages.LeadsElsewhere, parameter.Key, string.Join(", ", parameter.TargetTypes), modifier);
        }

        throw new SearchFault(
            "invalid", parameter.Type == SearchParameterType.Reference ? SearchMessages.ReferenceModifier : SearchMessages.Modifier,
            parameter.Key, Shown(modifier), string.Join(", :", ["missing", .. allowed]));
    }
}
