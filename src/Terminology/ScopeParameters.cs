// What a request says about the terminology that it is to be answered from.

using FhirHub.Model;

namespace FhirHub.Terminology;

/// <summary>Resources sent along, and rules about versions; the parameters of the operations that have these names.</summary>
public sealed record ScopeParameters
{
    /// <summary>Nothing special.</summary>
    public static ScopeParameters None { get; } = new();

    /// <summary><c>tx-resource</c>: for this request alone, before any other of the same name and version.</summary>
    public IReadOnlyList<ResourceTree> Resources { get; init; } = [];

    /// <summary><c>system-version</c>, canonicals with versions: what is taken where no version is asked for.</summary>
    public IReadOnlyList<string> SystemVersions { get; init; } = [];

    /// <summary><c>check-system-version</c>: the same, and another version is an error.</summary>
    public IReadOnlyList<string> CheckSystemVersions { get; init; } = [];

    /// <summary><c>force-system-version</c>: taken whatever version is asked for.</summary>
    public IReadOnlyList<string> ForceSystemVersions { get; init; } = [];

    /// <summary><c>default-valueset-version</c>: the value sets' versions that are taken where none is asked for.</summary>
    public IReadOnlyList<string> ValueSetVersions { get; init; } = [];

    /// <summary><c>date</c>: the day as of which versions are chosen where none is asked for; null for today.</summary>
    public AsOfDate? Date { get; init; }

    /// <summary><c>useSupplement</c>: canonicals of CodeSystems that supplement others.</summary>
    public IReadOnlyList<string> Supplements { get; init; } = [];
}
