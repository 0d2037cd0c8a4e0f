// Values of references: local, elsewhere, by identifier, by canonical URL, and along hierarchies (R4 search.html#reference).

using FhirHub.Model;

namespace FhirHub.Search;

internal sealed partial class SearchParse
{
    private SearchPredicate Reference(SearchParameter parameter, string? modifier, string value)
    {
        if (modifier == "identifier")
        {
            return Token(parameter.Code, null, value) is TokenPredicate token
                ? new ReferenceIdentifierPredicate(token.System, token.Code)
                : throw new SearchFault("value", SearchMessages.Identifier, parameter.Code, Shown(value));
        }

        var text = SearchText.Unescape(value);
        if (modifier is "above" or "below")
            return AlongHierarchy(parameter, modifier, text);
        if (ResourceId.IsValid(text))
            return new ReferencePredicate(modifier ?? (parameter.TargetTypes.Count == 1 ? parameter.TargetTypes[0] : null), text, null);

        var target = Target(text);
        if (target.IsLocal)
        {
            return modifier is null || modifier == target.Type
                ? new ReferencePredicate(target.Type, target.Id, null, target.Version)
                : throw new SearchFault("value", SearchMessages.OtherType, parameter.Code, modifier, Shown(text));
        }

        if (!text.Contains(':', StringComparison.Ordinal) && !text.StartsWith('#'))
            throw new SearchFault("value", SearchMessages.Reference, parameter.Code, Shown(text));

        // The address of a resource elsewhere tells its type.
        if (modifier is not null && !(target.Url!.Split('/') is [.., var type, var id] && type == modifier && ResourceId.IsValid(id)))
            throw new SearchFault("value", SearchMessages.NotAnAddress, parameter.Code, modifier, Shown(text));
        return new ReferencePredicate(null, null, target.Url, target.Version);
    }

    private ReferenceTarget Target(string text) => text.Contains('|', StringComparison.Ordinal)
        ? ReferenceTarget.ParseCanonical(text, _options.BaseUrls, _schema)
        : ReferenceTarget.Parse(text, _options.BaseUrls, _schema);

    // R4 search.html#recursive for resources that are parts of others, and references.html#canonical for versions.
    private SearchPredicate AlongHierarchy(SearchParameter parameter, string modifier, string text)
    {
        var side = modifier == "above" ? SubsumptionSide.Above : SubsumptionSide.Below;
        if (ResourceId.IsValid(text))
        {
            var types = parameter.TargetTypes.Where(type => ParentOf(type) is not null).ToList();
            return types.Count == 1
                ? new HierarchyPredicate(side, types[0], text, ParentOf(types[0])!)
                : throw (types.Count == 0 ? WithoutHierarchy(parameter, modifier) : new SearchFault(
                    "value", SearchMessages.SeveralTypes, parameter.Code, modifier, Shown(text), string.Join(", ", types)));
        }

        var target = Target(text);
        if (target is { Type: { } type, Id: { } id })
        {
            if (parameter.TargetTypes.Count > 0 && !parameter.TargetTypes.Contains(type, StringComparer.Ordinal))
                throw new SearchFault("value", SearchMessages.LeadsElsewhere, parameter.Code, string.Join(", ", parameter.TargetTypes), type);
            return ParentOf(type) is { } parent
                ? new HierarchyPredicate(side, type, id, parent)
                : throw new SearchFault("invalid", SearchMessages.NoHierarchy, parameter.Code, modifier, Shown(text), type);
        }

        if (!text.Contains(':', StringComparison.Ordinal))
            throw WithoutHierarchy(parameter, modifier);
        return side == SubsumptionSide.Below
            ? new ReferencePredicate(null, null, target.Url, target.Version) { VersionsBelow = true }
            : throw new SearchFault("not-supported", SearchMessages.CanonicalAbove, parameter.Code);
    }

    private static SearchFault WithoutHierarchy(SearchParameter parameter, string modifier) => new(
        "invalid", SearchMessages.WithoutHierarchy, parameter.Key, modifier);

    private static readonly string[] s_parentCodes = ["partof", "part-of"];

    // The reference that makes a hierarchy of a type.
    private SearchParameter? ParentOf(string type) => s_parentCodes
        .Select(code => _registry.Find(type, code))
        .FirstOrDefault(parameter => parameter is { Expression: not null, Type: SearchParameterType.Reference }
            && (parameter.TargetTypes.Count == 0 || parameter.TargetTypes.Contains(type, StringComparer.Ordinal)));
}
