// The scopes of a request or a token: those for resources, and the others by name.

using FhirHub.Search;

namespace FhirHub.Smart;

/// <summary>A list of scopes.</summary>
/// <param name="Resources">Those for FHIR resources, in the order in which they were written.</param>
/// <param name="Others">The others, such as <c>openid</c> and <c>launch/patient</c>.</param>
public sealed record ScopeSet(IReadOnlyList<SmartScope> Resources, IReadOnlyList<string> Others)
{
    /// <summary>No scopes.</summary>
    public static ScopeSet Empty { get; } = new([], []);

    /// <summary>Reads scopes that are separated by blanks, each once.</summary>
    public static ScopeSet Parse(string? text)
    {
        var resources = new List<SmartScope>();
        var others = new List<string>();
        foreach (var scope in (text ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal))
        {
            if (SmartScope.TryParse(scope, out var resource))
                resources.Add(resource);
            else
                others.Add(scope);
        }

        return new ScopeSet(resources, others);
    }

    /// <summary>Whether a scope that is not for resources is among them.</summary>
    public bool Has(string other) => Others.Contains(other, StringComparer.Ordinal);

    /// <summary>The first scope of a list that these do not cover; null if they cover them all. A scope is covered by wider ones of the same level.</summary>
    public string? FirstBeyond(ScopeSet asked)
    {
        ArgumentNullException.ThrowIfNull(asked);
        return asked.Resources.FirstOrDefault(scope => !Covers(scope))?.ToString() ?? asked.Others.FirstOrDefault(other => !Has(other));
    }

    private bool Covers(SmartScope asked)
    {
        var letters = AccessLetter.None;
        foreach (var scope in Resources)
        {
            if (scope.Level == asked.Level && (scope.ResourceType ?? asked.ResourceType) == asked.ResourceType && (scope.Constraint ?? asked.Constraint) == asked.Constraint)
                letters |= scope.Letters;
        }

        return (letters & asked.Letters) == asked.Letters;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Join(' ', Resources.Select(static scope => scope.ToString()).Concat(Others));
}
