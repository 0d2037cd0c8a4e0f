// What a search parameter finds in a resource, worked out by FHIRPath and not by a server's index: the judge of what a search must find.

using FhirHub.Model;
using FhirHub.Model.FhirPath;

namespace FhirHub.Conformance.Generation;

/// <summary>A token; the system is null where there is none, and unknown where the element's definition implies it.</summary>
internal sealed record TokenValue(string? System, string Code, bool IsSystemImplied);

/// <summary>A quantity.</summary>
internal sealed record QuantityValue(decimal Number, string? System, string? Code, string? Unit);

/// <summary>A time or a stretch of it: from <see cref="Low"/> to before <see cref="High"/>.</summary>
internal sealed record DateValue(string Text, DateTimeOffset Low, DateTimeOffset High, bool HasZone, bool IsPeriod);

/// <summary>The values of one search parameter in one resource.</summary>
internal sealed class SearchValues
{
    private static readonly FhirPathContext s_context = new() { AsPicks = true, Resolve = Stand };

    public List<TokenValue> Tokens { get; } = [];

    public List<string> Strings { get; } = [];

    /// <summary>References to other resources by type and id.</summary>
    public List<string> References { get; } = [];

    public List<DateValue> Dates { get; } = [];

    public List<QuantityValue> Quantities { get; } = [];

    public List<string> Uris { get; } = [];

    public List<(double Latitude, double Longitude)> Positions { get; } = [];

    /// <summary>The parts of a composite, one list for each place where it is found.</summary>
    public List<IReadOnlyList<SearchValues>> Composites { get; } = [];

    /// <summary>True if the parameter finds nothing.</summary>
    public bool IsEmpty { get; private set; } = true;

    /// <summary>Works out what a parameter finds in a fixture.</summary>
    public static SearchValues Of(Fixture fixture, SearchParameterDefinition parameter) => Of(fixture.Tree.Root, parameter, parameter.Expression, null);

    /// <summary>Works out what a composite finds in a fixture.</summary>
    /// <param name="fixture">The fixture.</param>
    /// <param name="parameter">The composite.</param>
    /// <param name="parts">The search parameters of its parts.</param>
    public static SearchValues Of(Fixture fixture, SearchParameterDefinition parameter, IReadOnlyList<SearchParameterDefinition> parts) =>
        Of(fixture.Tree.Root, parameter, parameter.Expression, parts);

    private static SearchValues Of(ElementNode node, SearchParameterDefinition parameter, string? expression, IReadOnlyList<SearchParameterDefinition>? parts)
    {
        var values = new SearchValues();
        if (expression is null)
            return values;
        IReadOnlyList<FhirPathValue> found;
        try
        {
            found = FhirPathExpression.Get(expression).Evaluate(node, s_context);
        }
        catch (FhirPathException)
        {
            // R4 has expressions that fit only some of the types that they are for.
            return values;
        }

        foreach (var item in found)
        {
            values.IsEmpty = false;
            if (parts is not null && item.Node is { } place)
                values.Composites.Add([.. parts.Select((part, i) => Of(place, part, parameter.Components[i].Expression, null))]);
            else if (item.Node is { } element)
                values.Read(element, parameter.Type);
            else if (item.AsBoolean() is { } truth)
                values.Tokens.Add(new TokenValue(null, truth ? "true" : "false", true));
        }

        return values;
    }

    private void Read(ElementNode element, string type)
    {
        switch (type)
        {
            case "token":
                ReadToken(element);
                break;
            case "string":
                ReadString(element);
                break;
            case "reference" when element.ChildValue("reference") is { } reference && !reference.StartsWith('#'):
                References.Add(reference);
                break;
            case "date":
                if (DateRange.Of(element) is { } date)
                    Dates.Add(date);
                break;
            case "quantity" when element.Type.Name is "Quantity" or "SimpleQuantity" or "Money" or "Age" or "Duration" or "Count" or "Distance":
                if (element.Child("value").GetDecimal() is { } number)
                    Quantities.Add(new QuantityValue(number, element.ChildValue("system"), element.ChildValue("code"), element.ChildValue("unit")));
                break;
            case "uri" when element.GetString() is { } uri:
                Uris.Add(uri);
                break;
            case "special" when element.Child("latitude").GetDecimal() is { } latitude && element.Child("longitude").GetDecimal() is { } longitude:
                Positions.Add(((double)latitude, (double)longitude));
                break;
        }
    }

    private void ReadToken(ElementNode element)
    {
        switch (element.Type.Name)
        {
            case "CodeableConcept":
                foreach (var coding in element.ChildrenOf("coding"))
                    ReadToken(coding);
                break;
            case "Coding" when element.ChildValue("code") is { } code:
                Tokens.Add(new TokenValue(element.ChildValue("system"), code, false));
                break;
            case "Identifier" when element.ChildValue("value") is { } value:
                Tokens.Add(new TokenValue(element.ChildValue("system"), value, false));
                break;
            case "ContactPoint" when element.ChildValue("value") is { } value:
                Tokens.Add(new TokenValue(null, value, true));
                break;
            default:
                if (element.IsPrimitive && element.GetString() is { } text)
                    Tokens.Add(new TokenValue(null, text, true));
                break;
        }
    }

    private void ReadString(ElementNode element)
    {
        if (element.IsPrimitive)
        {
            if (element.GetString() is { } text)
                Strings.Add(text);
            return;
        }

        foreach (var child in element.Children)
        {
            if (child.Type.Name == "string" && child.GetString() is { } text)
                Strings.Add(text);
        }
    }

    // What a reference points to is not read: its type is all that R4's expressions ask for.
    private static ElementNode Stand(string reference, ElementNode place)
    {
        var type = reference.Split('/') is [.., var name, _] ? name : "";
        return Schema.R4.FindResourceType(type) is null ? default : ResourceParser.ParseJson(System.Text.Encoding.UTF8.GetBytes($"{{\"resourceType\":\"{type}\"}}")).Tree?.Root ?? default;
    }
}
