// R4's search parameters and compartments in the short form that search needs at start.

namespace FhirHub.Model;

/// <summary>What search needs of a SearchParameter (R4 searchparameter.html).</summary>
/// <param name="Url">The canonical URL.</param>
/// <param name="Code">The name in a query, such as <c>birthdate</c>.</param>
/// <param name="Name">The computable name.</param>
/// <param name="Type">A code of R4 valueset-search-param-type.html: <c>token</c>, <c>date</c>, …</param>
/// <param name="Expression">FHIRPath over the whole resource, for all base types joined by <c>|</c>; null for <c>_text</c> and its like.</param>
/// <param name="Base">The resource types that it searches; <c>Resource</c> and <c>DomainResource</c> are among them.</param>
/// <param name="Target">Resource types that a reference may point to; empty for any.</param>
/// <param name="Components">The parts of a composite.</param>
public sealed record SearchParameterDefinition(
    string Url,
    string Code,
    string Name,
    string Type,
    string? Expression,
    IReadOnlyList<string> Base,
    IReadOnlyList<string> Target,
    IReadOnlyList<SearchParameterDefinitionComponent> Components);

/// <summary>A part of a composite search parameter.</summary>
/// <param name="Definition">The canonical URL of the search parameter that gives the part its type.</param>
/// <param name="Expression">FHIRPath relative to the composite's element.</param>
public sealed record SearchParameterDefinitionComponent(string Definition, string Expression);

public static partial class R4Definitions
{
    private static readonly Lazy<SearchDefinitions> Search = new(ReadSearch);

    private sealed record SearchDefinitions(
        IReadOnlyList<SearchParameterDefinition> Parameters,
        IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>> Compartments);

    /// <summary>The search parameters of R4.</summary>
    public static IReadOnlyList<SearchParameterDefinition> SearchParameters => Search.Value.Parameters;

    /// <summary>
    /// The compartments (R4 compartmentdefinition.html): type of the compartment -> resource type in it -> codes of the search
    /// parameters that put it there. <c>{def}</c> stands for the compartment's resource itself.
    /// </summary>
    public static IReadOnlyDictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>> Compartments => Search.Value.Compartments;

    private static SearchDefinitions ReadSearch()
    {
        var reader = new DefinitionsReader(DefinitionsReader.ReadAll("search.bin"));
        var parameters = new SearchParameterDefinition[reader.Number()];
        for (var i = 0; i < parameters.Length; i++)
            parameters[i] = ReadParameter(ref reader);

        var compartments = new Dictionary<string, IReadOnlyDictionary<string, IReadOnlyList<string>>>(StringComparer.Ordinal);
        for (var left = reader.Number(); left > 0; left--)
        {
            var code = reader.Text();
            var members = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
            for (var membersLeft = reader.Number(); membersLeft > 0; membersLeft--)
                members.Add(reader.Text(), reader.Texts());
            compartments.Add(code, members);
        }

        return new SearchDefinitions(parameters, compartments);
    }

    private static SearchParameterDefinition ReadParameter(ref DefinitionsReader reader)
    {
        var parameter = new SearchParameterDefinition(
            reader.Text(), reader.Text(), reader.Text(), reader.Text(), reader.OptionalText(), reader.Texts(), reader.Texts(), []);
        var count = reader.Number();
        if (count == 0)
            return parameter;
        var components = new SearchParameterDefinitionComponent[count];
        for (var i = 0; i < count; i++)
            components[i] = new SearchParameterDefinitionComponent(reader.Text(), reader.Text());
        return parameter with { Components = components };
    }
}
