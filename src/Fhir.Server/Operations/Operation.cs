// An operation ($name): where it may be called, with which parameters, and what runs it.

using FhirHub.Model;

namespace FhirHub.Server;

/// <summary>Where an operation may be called (R4 OperationDefinition.system, .type, .instance).</summary>
[Flags]
public enum OperationLevels
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>On the base.</summary>
    System = 1,

    /// <summary>On a type.</summary>
    Type = 2,

    /// <summary>On a resource.</summary>
    Instance = 4,

    /// <summary>On a version of a resource, as the operations on meta may be (R4 resource-operation-meta.html).</summary>
    Version = 8,
}

/// <summary>When an operation is answered (R4 async.html).</summary>
public enum OperationTiming
{
    /// <summary>By the answer to its request.</summary>
    AtOnce,

    /// <summary>At another address, if the client prefers that.</summary>
    AsPreferred,

    /// <summary>At another address, which the client must prefer.</summary>
    Later,
}

/// <summary>An operation (R4 operations.html).</summary>
/// <param name="Name">The name without <c>$</c>.</param>
/// <param name="Levels">Where it may be called.</param>
/// <param name="Types">The resource types that have it; empty for all.</param>
/// <param name="Definition">
/// The canonical URL of its OperationDefinition; for an operation of this server's own, an address below the FHIR base
/// (<see cref="OperationDefinitions"/> serves it).
/// </param>
/// <param name="AffectsState">True if it changes something, so that only POST calls it.</param>
/// <param name="RunAsync">Runs it.</param>
public sealed record Operation(
    string Name,
    OperationLevels Levels,
    IReadOnlyList<string> Types,
    string Definition,
    bool AffectsState,
    Func<FhirCall, CancellationToken, ValueTask<FhirAnswer>> RunAsync)
{
    private const string R4Base = "http://hl7.org/fhir/OperationDefinition/";

    private IReadOnlyList<OperationParameter>? _parameters;

    /// <summary>What it does, for the OperationDefinition of an operation of this server's own.</summary>
    public string Description { get; init; } = "";

    /// <summary>Its parameters: those given, or those of R4's definition with <see cref="FurtherParameters"/>.</summary>
    public IReadOnlyList<OperationParameter> Parameters
    {
        get => _parameters ??= [.. OperationParameter.OfDefinition(R4Definitions.Find("OperationDefinition", Definition)), .. FurtherParameters];
        init => _parameters = value;
    }

    /// <summary>Parameters of later FHIR versions, which an operation of R4 takes beside its own.</summary>
    public IReadOnlyList<OperationParameter> FurtherParameters { get; init; } = [];

    /// <summary>True if browsers get a page, so that a client that accepts nothing but HTML is served.</summary>
    public bool HasPage { get; init; }

    /// <summary>True if what is wrong with a resource in the body is the operation's to judge, and refuses no request.</summary>
    public bool JudgesBody { get; init; }

    /// <summary>Serves it over HTTP where its body or its answer is no FHIR resource; null for all others.</summary>
    public Func<HttpExchange, Task>? HandleAsync { get; init; }

    /// <summary>Media types of bodies that it takes beside, or without, those of FHIR.</summary>
    public IReadOnlyList<string> BodyTypes { get; init; } = [];

    /// <summary>False for an operation whose body is no Parameters.</summary>
    public bool TakesParameters { get; init; } = true;

    /// <summary>True if it takes the parameters of a search beside its own.</summary>
    public bool TakesSearch { get; init; }

    /// <summary>Media types of its answer where that is no FHIR resource; else empty.</summary>
    public IReadOnlyList<string> AnswerTypes { get; init; } = [];

    /// <summary>When it is answered.</summary>
    public OperationTiming Timing { get; init; }

    /// <summary>True for an operation that neither R4 nor another specification defines.</summary>
    public bool IsOwn => !Definition.Contains("://", StringComparison.Ordinal);

    /// <summary>An operation of R4.</summary>
    /// <param name="id">The id of its OperationDefinition, such as <c>Patient-everything</c>.</param>
    /// <param name="name">The name without <c>$</c>.</param>
    /// <param name="levels">Where it may be called.</param>
    /// <param name="types">The resource types that have it; empty for all.</param>
    /// <param name="run">Runs it.</param>
    /// <param name="affectsState">True if it changes something.</param>
    public static Operation OfR4(
        string id,
        string name,
        OperationLevels levels,
        IReadOnlyList<string> types,
        Func<FhirCall, CancellationToken, ValueTask<FhirAnswer>> run,
        bool affectsState = false) => new(name, levels, types, R4Base + id, affectsState, run);
}
