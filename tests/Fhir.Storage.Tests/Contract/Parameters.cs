// A few search parameters of every type, for tests that are about the store and not about extraction.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>The parameters that test resources have values for.</summary>
internal static class Parameters
{
    public static readonly SearchParameter Gender = Of("Patient", "gender", SearchParameterType.Token);
    public static readonly SearchParameter Identifier = Of("Patient", "identifier", SearchParameterType.Token);
    public static readonly SearchParameter Name = Of("Patient", "name", SearchParameterType.String);
    public static readonly SearchParameter BirthDate = Of("Patient", "birthdate", SearchParameterType.Date);
    public static readonly SearchParameter Organization = Of("Patient", "organization", SearchParameterType.Reference, "Organization");
    public static readonly SearchParameter OrganizationName = Of("Organization", "name", SearchParameterType.String);
    public static readonly SearchParameter PartOf = Of("Organization", "partof", SearchParameterType.Reference, "Organization");
    public static readonly SearchParameter Code = Of("Observation", "code", SearchParameterType.Token);
    public static readonly SearchParameter Date = Of("Observation", "date", SearchParameterType.Date);
    public static readonly SearchParameter Subject = Of("Observation", "subject", SearchParameterType.Reference, "Patient", "Group");
    public static readonly SearchParameter Value = Of("Observation", "value-quantity", SearchParameterType.Quantity);
    public static readonly SearchParameter Probability = Of("RiskAssessment", "probability", SearchParameterType.Number);
    public static readonly SearchParameter Url = Of("ValueSet", "url", SearchParameterType.Uri);
    public static readonly SearchParameter Near = Of("Location", "near", SearchParameterType.Special);

    public static readonly SearchParameter CodeValue = new()
    {
        ResourceType = "Observation",
        Code = "code-value-quantity",
        Url = "http://example.org/SearchParameter/Observation-code-value-quantity",
        Type = SearchParameterType.Composite,
        Components = [new SearchParameterComponent(Code, "code"), new SearchParameterComponent(Value, "value")],
    };

    public static IReadOnlyList<SearchParameter> All { get; } =
    [
        Gender, Identifier, Name, BirthDate, Organization, OrganizationName, PartOf, Code, Date, Subject, Value, Probability, Url, Near, CodeValue,
    ];

    public static readonly SearchParameter Colour = Add("Patient", "colour", SearchParameterType.Token);
    public static readonly SearchParameter Motto = Add("Patient", "motto", SearchParameterType.String);
    public static readonly SearchParameter Seen = Add("Patient", "seen", SearchParameterType.Date);
    public static readonly SearchParameter Score = Add("Patient", "score", SearchParameterType.Number);
    public static readonly SearchParameter Keeper = Add("Patient", "keeper", SearchParameterType.Reference, "Organization");

    /// <summary>Parameters as SearchParameter resources add them.</summary>
    public static IReadOnlyList<SearchParameter> Added { get; } = [Colour, Motto, Seen, Score, Keeper];

    private static SearchParameter Add(string type, string code, SearchParameterType parameterType, params string[] targets) => new()
    {
        ResourceType = type,
        Code = code,
        Url = $"http://example.org/SearchParameter/{type}-{code}",
        Type = parameterType,
        Expression = $"{type}.{code}",
        TargetTypes = targets,
        IsAdded = true,
    };

    private static SearchParameter Of(string type, string code, SearchParameterType parameterType, params string[] targets) => new()
    {
        ResourceType = type,
        Code = code,
        Url = $"http://example.org/SearchParameter/{type}-{code}",
        Type = parameterType,
        TargetTypes = targets,
    };
}
