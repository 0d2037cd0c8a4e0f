// The addresses of the host itself: probes, pages, apps and these documents.

using FhirHub.Samples.ImagingViewer;
using FhirHub.Samples.SmartApp;
using FhirHub.Server.Conformance;
using FhirHub.Server.Profiles;

namespace FhirHub.Server.OpenApi;

/// <summary>Describes what the host maps.</summary>
internal static class HostAddresses
{
    private const string Health = "Health";
    private const string Pages = "Pages and apps";
    private const string Tests = "Conformance tests";
    private const string Documents = "OpenAPI";

    private static readonly Dictionary<string, Address> s_addresses = new(StringComparer.Ordinal)
    {
        ["GET /health/live"] = new(Health, "Whether the process answers") { Answers = ["text/plain"] },
        ["GET /health/ready"] = new(Health, "Whether the store answers") { Answers = ["text/plain"], Failures = [(503, "It does not.")] },
        ["GET /health/images"] = new(Health, "How far the ImagingStudy resources are behind the images") { Answers = ["application/json"] },
        [$"GET {ConformancePage.Root}"] = Address.Page(Tests, "The suites of tests, and how they last ran"),
        [$"GET {ConformancePage.Root}/suite"] = Address.Page(Tests, "The scripts of a suite"),
        [$"POST {ConformancePage.Root}/run"] = Address.Submit(Tests, "Run scripts"),
        [$"GET {ConformancePage.Root}/runs/{{id}}"] = Address.Page(Tests, "How far a run is"),
        [$"POST {ConformancePage.Root}/runs/{{id}}/cancel"] = Address.Submit(Tests, "End a run"),
        [$"GET {ConformancePage.Root}/history"] = Address.Page(Tests, "The runs so far"),
        [$"GET {ConformancePage.Root}/reports/{{id}}"] = Address.Page(Tests, "A report, with each request and answer of a failed step"),
        [$"GET {ConformancePage.Root}/diff"] = Address.Page(Tests, "What two runs found differently"),
        ["GET /"] = Address.Page(Pages, "What runs here"),
        [$"GET {PageDraft.Root}/{{**address}}"] = new(Pages, "What to send to the exchange: its profiles, with examples") { Answers = ["text/html", "text/css", "application/json", "application/gzip"], Failures = [(404, "There is no such page.")] },
        [$"GET {ViewerEndpoint.Root}/{{**path}}"] = new(Pages, "The viewer of images") { Answers = ["text/html", "text/javascript", "text/css", "application/json"], Failures = [(404, "There is no such file.")] },
        [$"GET {ViewerEndpoint.Root}/ImagingStudy/{{id}}"] = new(Pages, "The viewer with the images of an ImagingStudy") { Status = 302, Failures = [(404, "There is no such study.")] },
        [$"GET {SmartAppEndpoint.Root}/{{**path}}"] = new(Pages, "The sample app") { Answers = ["text/html", "text/javascript", "text/css"], Failures = [(404, "There is no such file.")] },
        [$"GET {SwaggerEndpoint.Root}/{{document}}/{SwaggerEndpoint.File}"] = new(Documents, "One of these documents") { Answers = ["application/json"], Failures = [(304, "The client has it."), (404, "There is no such document.")] },
        [$"GET {SwaggerEndpoint.Root}/{{**file}}"] = new(Documents, "The page that shows these documents") { Answers = ["text/html", "text/javascript", "text/css"], Failures = [(404, "There is no such file.")] },
    };

    /// <summary>The description of a mapped address; null if there is none.</summary>
    public static Address? Of(string method, string route) => s_addresses.GetValueOrDefault($"{method} {route}");
}
