// The configuration of runs of TestScripts in the server.

namespace FhirHub.Server.Conformance;

/// <summary><c>FhirHub:Conformance</c>: what a run of TestScripts may cost, and against which servers it may go.</summary>
public sealed record ConformanceOptions
{
    /// <summary><c>Runs</c>: runs at the same time; a further one is told to come back.</summary>
    public int Runs { get; init; } = 2;

    /// <summary><c>RunSeconds</c>: time of one run, of whatever many scripts.</summary>
    public int RunSeconds { get; init; } = 600;

    /// <summary><c>Scripts</c>: scripts of one run.</summary>
    public int Scripts { get; init; } = 500;

    /// <summary><c>Requests</c>: requests of one script.</summary>
    public int Requests { get; init; } = 1_000;

    /// <summary><c>ResponseBytes</c>: greatest answer that a script is given, after decompression.</summary>
    public int ResponseBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary><c>KeepDays</c>: how long requests and answers of failed steps are kept for administrators; 0 to keep none.</summary>
    public int KeepDays { get; init; } = 30;

    /// <summary><c>Servers</c>: the servers beside this one that scripts may be run against.</summary>
    public IReadOnlyList<TestServer> Servers { get; init; } = [];
}

/// <summary><c>FhirHub:Conformance:Servers:[n]</c>: a server that scripts may be run against, and as whom.</summary>
/// <param name="Name"><c>Name</c>: by which a run names it.</param>
/// <param name="Url"><c>Url</c>: its FHIR base, without a slash at its end.</param>
public sealed record TestServer(string Name, Uri Url)
{
    /// <summary><c>Dicomweb</c>: the root of its DICOMweb service; null for none.</summary>
    public Uri? Dicomweb { get; init; }

    /// <summary><c>Token</c>: the access token for it; null for none.</summary>
    public string? Token { get; init; }

    /// <summary><c>ClientId</c>: the client of a backend service there; null for none.</summary>
    public string? ClientId { get; init; }

    /// <summary><c>KeyFile</c>: the file of that client's key, a JSON Web Key.</summary>
    public string? KeyFile { get; init; }

    /// <summary><c>Scope</c>: the scopes that are asked for.</summary>
    public string? Scope { get; init; }

    /// <summary><c>TokenUrl</c>: its token endpoint; null for the one that its SMART configuration names.</summary>
    public Uri? TokenUrl { get; init; }
}
