// Reports with the requests and answers of failed steps, which a TestReport can't hold. Answers hold patients' data, so administrators alone see them.

using System.Text.Json;
using System.Text.Json.Serialization;
using FhirHub.Conformance;
using FhirHub.Storage;

namespace FhirHub.Server.Conformance;

/// <summary>Reports of runs by the ids of their TestReports, for as long as <c>FhirHub:Conformance:KeepDays</c> says.</summary>
/// <param name="state">Where they lie.</param>
/// <param name="options">The configuration.</param>
/// <param name="clock">The clock.</param>
internal sealed class KeptReports(IStateStore state, ConformanceOptions options, TimeProvider clock)
{
    private const string Kind = "test-exchanges";
    private const int MostBytes = 4 * 1024 * 1024;

    private static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() }, MaxDepth = 256 };

    /// <summary>Keeps a report, unless there is nothing in it beyond its TestReport.</summary>
    public async Task KeepAsync(string id, ReportedScript report, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(report);
        if (options.KeepDays == 0 || !HasExchange(report))
            return;
        var body = JsonSerializer.SerializeToUtf8Bytes(report, s_json);
        if (body.Length <= MostBytes)
            await state.PutAsync(new StateRecord(Kind, id, body) { Expires = clock.GetUtcNow() + TimeSpan.FromDays(options.KeepDays) }, null, cancel);
    }

    /// <summary>The report; null if none is kept.</summary>
    public async ValueTask<ReportedScript?> FindAsync(string id, CancellationToken cancel) =>
        await state.FindAsync(Kind, id, cancel) is { } record ? JsonSerializer.Deserialize<ReportedScript>(record.Body.Span, s_json) : null;

    private static bool HasExchange(ReportedScript report) =>
        report.Setup.Concat(report.Tests.SelectMany(static test => test.Steps)).Concat(report.Teardown).Any(static step => step.Exchange is not null || step.Subtests.Any(HasExchange));
}
