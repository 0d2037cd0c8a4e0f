// A way in which a server may be wrong.

namespace FhirHub.Conformance;

/// <summary>A kind of fault that the proxy puts between a script and a server, so that it is seen whether scripts notice.</summary>
/// <param name="Id">Its name, such as <c>etag-missing</c>.</param>
/// <param name="Sentence">What the server seems to do wrong.</param>
/// <param name="Where">Where it applies, for people.</param>
public sealed record Fault(string Id, string Sentence, string Where)
{
    /// <summary>
    /// Changes a request before the server sees it, as if the server had overlooked something; false if there is nothing to change. In a recording it also gets
    /// the answer to the unchanged request, so that it can tell whether the change would matter.
    /// </summary>
    internal Func<ProxiedRequest, ProxiedAnswer?, bool>? OnRequest { get; init; }

    /// <summary>
    /// True if the server is asked with the unchanged request first, and with the changed one only after an answer that it would have mattered to: a refusal, so that
    /// the server has done nothing yet.
    /// </summary>
    internal bool AsksFirst { get; init; }

    /// <summary>Changes an answer; false if there is nothing to change.</summary>
    internal Func<ProxiedRequest, ProxiedAnswer, ProxyMemory, bool>? OnAnswer { get; init; }

    /// <summary>A fault of answers.</summary>
    internal static Fault OfAnswer(string id, string sentence, string where, Func<ProxiedRequest, ProxiedAnswer, bool> change) =>
        new(id, sentence, where) { OnAnswer = (request, answer, _) => change(request, answer) };

    /// <summary>A fault of what a server overlooks in requests.</summary>
    internal static Fault OfRequest(string id, string sentence, string where, Func<ProxiedRequest, ProxiedAnswer?, bool> change) => new(id, sentence, where) { OnRequest = change };

    /// <summary>A fault of what a server overlooks where it should have refused.</summary>
    internal static Fault OfRefusal(string id, string sentence, string where, Func<ProxiedRequest, ProxiedAnswer, bool> change) =>
        new(id, sentence, where) { OnRequest = (request, answer) => answer is not null && change(request, answer), AsksFirst = true };

    /// <summary>All kinds.</summary>
    public static IReadOnlyList<Fault> All { get; } =
    [
        .. HttpFaults.All, .. ConditionFaults.All, .. ResourceFaults.All, .. StoreFaults.All, .. BundleFaults.All, .. SearchFaults.All, .. OutcomeFaults.All,
        .. CapabilityFaults.All, .. TerminologyFaults.All, .. DicomFaults.All, .. SmartFaults.All,
    ];

    /// <inheritdoc/>
    public override string ToString() => Id;
}
