// Everything below /fhir comes in here: address, method, interaction, and whatever goes wrong as an OperationOutcome.

using System.Buffers;
using System.Globalization;
using FhirHub.Model;
using FhirHub.Storage;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>The endpoint of the FHIR API.</summary>
public sealed partial class FhirEndpoint(FhirServer server, ILogger<FhirEndpoint> log)
{
    /// <summary>The path of the API.</summary>
    public const string Base = "/fhir";

    private const string RequestIdHeader = "X-Request-Id";

    private static readonly SearchValues<char> RequestIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-.");

    /// <summary>True if the path is one of the API.</summary>
    public static bool Serves(PathString path) =>
        path.Value is { } value && value.StartsWith(Base, StringComparison.Ordinal) && (value.Length == Base.Length || value[Base.Length] == '/');

    /// <summary>Serves a request.</summary>
    public Task HandleAsync(HttpContext http)
    {
        ArgumentNullException.ThrowIfNull(http);
        SetRequestId(http);
        SetCommonHeaders(http);

        // A read of a resource that is found at once ends without a state machine: it is what a server does most.
        var exchange = default(HttpExchange);
        try
        {
            var route = FhirRoute.Parse(http.Request.Path.Value.AsSpan(Base.Length));
            exchange = new HttpExchange(http, server, route);
            var task = server.Smart is null || route.Kind == RouteKind.Metadata ? Dispatch(exchange) : AuthorizeAsync(exchange);
            return task.IsCompletedSuccessfully ? task : GuardAsync(task, exchange);
        }
        catch (Exception e)
        {
            return AnswerFailureAsync(exchange ?? new HttpExchange(http, server, default), e);
        }
    }

    private async Task AuthorizeAsync(HttpExchange exchange)
    {
        exchange.Scope = await RequestAccess.OfAsync(server.Smart, exchange.Http);
        await Dispatch(exchange);
    }

    private Task Dispatch(HttpExchange exchange)
    {
        var route = exchange.Route;
        var method = exchange.Http.Request.Method;
        if (server.Interactions.Find(route.Kind, method) is { } interaction)
        {
            if (route.Id is not null && !ResourceId.IsValid(route.Id))
                throw new RefusedException(HttpMethods.IsGet(method) || HttpMethods.IsHead(method) ? 404 : 400, "value", HttpMessages.IdFormat);
            RequestAccess.Require(exchange);
            return interaction.HandleAsync(exchange);
        }

        if (route.Kind == RouteKind.Unknown)
            throw new RefusedException(404, "not-found", HttpMessages.NoSuchAddress);
        var allowed = server.Interactions.Allowed(route.Kind);
        exchange.Http.Response.Headers.Allow = allowed;
        if (HttpMethods.IsOptions(method))
        {
            exchange.Http.Response.StatusCode = StatusCodes.Status204NoContent;
            return Task.CompletedTask;
        }

        throw new RefusedException(405, "not-supported", HttpMessages.WrongMethod, method, allowed);
    }

    private async Task GuardAsync(Task task, HttpExchange exchange)
    {
        try
        {
            await task;
        }
        catch (Exception e)
        {
            await AnswerFailureAsync(exchange, e);
        }
    }

    private async Task AnswerFailureAsync(HttpExchange exchange, Exception exception)
    {
        var http = exchange.Http;
        if (http.RequestAborted.IsCancellationRequested)
            return;
        var (status, issues) = Explain(exchange, exception, log);
        if (http.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            http.Abort();
            return;
        }

        var allow = http.Response.Headers.Allow;
        var challenge = http.Response.Headers.WWWAuthenticate;
        http.Response.Clear();
        SetCommonHeaders(http);
        if (allow.Count > 0)
            http.Response.Headers.Allow = allow;
        if (challenge.Count > 0)
            http.Response.Headers.WWWAuthenticate = challenge;
        if (((exception as RefusedException)?.RetryAfter ?? (exception as StoreBusyException)?.RetryAfter) is { } wait)
            http.Response.Headers.RetryAfter = ((int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await AnswerWriter.WriteOutcomeAsync(exchange, status, issues);
    }

    /// <summary>What the client is told of an exception; the log gets those that are the server's own.</summary>
    internal static (int Status, IReadOnlyList<Issue> Issues) Explain(HttpExchange exchange, Exception exception, ILogger log)
    {
        var told = Explain(exception);
        if (told.Status >= 500)
            LogFailure(log, exchange.Http.Request.Method, exchange.Route.Kind, exchange.Http.TraceIdentifier, exception);
        return told;
    }

    private static (int Status, IReadOnlyList<Issue> Issues) Explain(Exception exception) => exception switch
    {
        RefusedException refused => (refused.Status, refused.Issues),
        TerminologyException terminology => ExplainTerminology(terminology),
        InvalidCursorException => (400, [Error("invalid", HttpMessages.PageLink)]),
        ExpiredCursorException expired => (410, [Issue.Error("not-found", expired.Message)]),
        SearchTimeoutException => (503, [Error("timeout", HttpMessages.SearchTimeout)]),
        StoreBusyException busy => ExplainBusy(busy),
        SearchNotReadyException behind => (503, [Issue.Error("timeout", behind.Message)]),
        BadHttpRequestException { StatusCode: 413 } => (413, [Issue.Error("too-long", "The body is longer than FhirHub:Limits:BodyBytes allows; send it in parts.")]),
        BadHttpRequestException bad => (bad.StatusCode, [Error("structure", HttpMessages.Malformed)]),
        InvalidDataException when IsOfCompression(exception) => (400, [Error("structure", HttpMessages.NotCompressed)]),
        _ => (500, [Issue.Of(IssueSeverity.Fatal, "exception", HttpMessages.Failed)]),
    };

    // R4 valueset-issue-type.html has both under transient: what may go well later.
    private static (int Status, IReadOnlyList<Issue> Issues) ExplainBusy(StoreBusyException busy) =>
        busy.IsOutcomeUnknown ? (503, [Error("transient", HttpMessages.StoreSilent)])
        : busy.IsThrottled ? (429, [Error("throttled", HttpMessages.StoreThrottled)])
        : (503, [Error("transient", HttpMessages.StoreAway)]);

    private static Issue Error(string code, MessageTemplate template) => Issue.Of(IssueSeverity.Error, code, template);

    // What is not known here may be known tomorrow or elsewhere; anything else is wrong with what was asked.
    private static (int Status, IReadOnlyList<Issue> Issues) ExplainTerminology(TerminologyException terminology)
    {
        var issue = Issue.Error(terminology.Code, terminology.Message);
        return terminology.Code switch
        {
            "not-found" => (404, [issue with { Detail = (TerminologyIssueType.System, TerminologyIssueType.NotFound) }]),
            "required" or "value" => (400, [issue]),
            "conflict" => (409, [issue]),
            "invalid" => (422, [issue with { Detail = (TerminologyIssueType.System, TerminologyIssueType.ValueSetInvalid) }]),
            _ => (422, [issue]),
        };
    }

    private static bool IsOfCompression(Exception exception) =>
        exception.StackTrace?.Contains("System.IO.Compression", StringComparison.Ordinal) == true;

    private static void SetCommonHeaders(HttpContext http)
    {
        // Without this a browser may show a resource from its cache for as long as a tenth of its age; with it, it asks by ETag.
        http.Response.Headers.CacheControl = "private, no-cache";
        http.Response.Headers.Vary = "Accept, Accept-Language";
        http.Response.Headers[RequestIdHeader] = http.TraceIdentifier;
    }

    private static void SetRequestId(HttpContext http)
    {
        var given = http.Request.Headers[RequestIdHeader];
        if (given.Count == 1 && given[0] is { Length: > 0 and <= 64 } id && !id.AsSpan().ContainsAnyExcept(RequestIdCharacters))
            http.TraceIdentifier = id;
        else
            http.TraceIdentifier = http.TraceIdentifier.Replace(':', '-');
    }

    // The address may hold a patient's data, so the log has its kind only.
    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} on {Kind} failed; request {RequestId}")]
    private static partial void LogFailure(ILogger log, string method, RouteKind kind, string requestId, Exception exception);
}
