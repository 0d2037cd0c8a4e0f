// What is run, against what, and as whom.

using FhirHub.Conformance;
using FhirHub.Search;

namespace FhirHub.Server.Conformance;

/// <summary>A run of scripts that was asked for and may be begun.</summary>
/// <param name="Scripts">The scripts, in their order.</param>
/// <param name="Scope">What whoever asked may see and do here: fixtures are read, and reports written by it.</param>
internal sealed record ScriptRunPlan(IReadOnlyList<TestScript> Scripts, AccessScope Scope)
{
    /// <summary>Names of the servers of the configuration, the first of which is destination 1; none for this server.</summary>
    public IReadOnlyList<string> Servers { get; init; } = [];

    /// <summary>The token for this server: that of whoever asked. Null under <c>FhirHub:Auth:Mode=Open</c>.</summary>
    public string? Token { get; init; }

    /// <summary>Values of variables.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>What a test's name has in it to be run; null for all tests.</summary>
    public string? Filter { get; init; }

    /// <summary>Who asked.</summary>
    public required RequestOwner Owner { get; init; }

    /// <summary>The address by which it was asked for.</summary>
    public string Request { get; init; } = "";

    /// <summary>The reports of one run have this as their identifier.</summary>
    public string RunId { get; } = Guid.CreateVersion7().ToString("D");
}

/// <summary>What came of one script.</summary>
/// <param name="Script">Where it is from.</param>
/// <param name="Title">What it is called.</param>
/// <param name="Report">The id of its TestReport.</param>
/// <param name="Version">The version of that.</param>
/// <param name="Result">What it came to.</param>
internal sealed record ScriptRunResult(string Script, string Title, string Report, long Version, StepResult Result);
