// Tests that need a Cosmos DB say what they lack and are skipped where there is none.

using Xunit;

namespace FhirHub.Cosmos.Emulator;

/// <summary>A test that needs a Cosmos DB: Node 20 and npm for the one in memory, or one whose address is in <c>FHIRHUB_COSMOS_ENDPOINT</c>.</summary>
public sealed class CosmosFactAttribute : FactAttribute
{
    private readonly bool _needsGateway;

    /// <summary>Makes one.</summary>
    public CosmosFactAttribute() => Skip = CosmosEmulator.Lacks(false)!;

    /// <summary>Whether it counts requests or makes them fail, which only the gateway before the server in memory can.</summary>
    public bool NeedsGateway
    {
        get => _needsGateway;
        init
        {
            _needsGateway = value;
            Skip = CosmosEmulator.Lacks(value)!;
        }
    }
}

/// <summary>A theory that needs a Cosmos DB, as <see cref="CosmosFactAttribute"/> does.</summary>
public sealed class CosmosTheoryAttribute : TheoryAttribute
{
    private readonly bool _needsGateway;

    /// <summary>Makes one.</summary>
    public CosmosTheoryAttribute() => Skip = CosmosEmulator.Lacks(false)!;

    /// <inheritdoc cref="CosmosFactAttribute.NeedsGateway"/>
    public bool NeedsGateway
    {
        get => _needsGateway;
        init
        {
            _needsGateway = value;
            Skip = CosmosEmulator.Lacks(value)!;
        }
    }
}
