// What a run of scripts is given from outside.

using FhirHub.Model;

namespace FhirHub.Conformance;

/// <summary>Servers, sources and bounds of a run.</summary>
public sealed record EngineOptions
{
    /// <summary>The servers under test: the first is destination 1.</summary>
    public required IReadOnlyList<Destination> Destinations { get; init; }

    /// <summary>
    /// Reads a fixture that is not contained, from the script that names it and the reference; null if there is none. The source decides what may be read:
    /// files below the script's folder, resources of a server.
    /// </summary>
    public Func<TestScript, string, CancellationToken, ValueTask<Payload?>>? ReadFixture { get; init; }

    /// <summary>Finds another script by name, for asserts that run one; null if there is none.</summary>
    public Func<string, CancellationToken, ValueTask<TestScript?>>? FindScript { get; init; }

    /// <summary>Where profiles, value sets and code systems for <c>validateProfileId</c> come from.</summary>
    public required IConformanceResources Definitions { get; init; }

    /// <summary>Values of variables, which go before what scripts say.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Which tests are wanted; the others are left out, setup and teardown are not. Null for all.</summary>
    public Func<ScriptTest, bool>? Wants { get; init; }

    /// <summary>
    /// True if requests may go to destinations' origins only, so that a script can't make the engine ask servers that its user may not. False lets a script
    /// name any <c>url</c>; tokens don't go there either way.
    /// </summary>
    public bool StaysAtDestinations { get; init; } = true;

    /// <summary>Greatest response, after decompression.</summary>
    public int MaxResponseBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Greatest size of all fixtures, requests and responses of one script together, since a report holds them until it is written.</summary>
    public long MaxScriptBytes { get; init; } = 512L * 1024 * 1024;

    /// <summary>Greatest time of one request.</summary>
    public TimeSpan RequestTime { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Greatest time of one script; what is left then is told as an error. Teardown has its own of the same length.</summary>
    public TimeSpan ScriptTime { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>Greatest number of requests of one script.</summary>
    public int MaxRequests { get; init; } = 10_000;

    /// <summary>How many scripts run this one as their subtest, each within the next.</summary>
    internal int SubtestDepth { get; init; }

    /// <summary>What the script holds that runs this one as its subtest: both reports are kept together. Null for a script of its own.</summary>
    internal HeldBytes? Held { get; init; }

    /// <summary>The clock, for dates in variables and reports.</summary>
    public TimeProvider Clock { get; init; } = TimeProvider.System;

    /// <summary>What sends requests, without following redirects; null for a handler of the engine's own.</summary>
    public HttpMessageHandler? Handler { get; init; }
}
