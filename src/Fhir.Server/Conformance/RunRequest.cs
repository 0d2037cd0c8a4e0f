// What a call of $run asks for: scripts that are sent, named or searched for, the servers, variables and tests.

using FhirHub.Conformance;
using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Smart;

namespace FhirHub.Server.Conformance;

/// <summary>Reads calls of <c>$run</c>.</summary>
internal static class RunRequest
{
    private const int MaxServers = 10;

    private static readonly IReadOnlyList<OperationParameter> s_scripts =
    [
        new("testScript", "TestScript", "On the type: the script; it may also be the body by itself, if there is no other parameter in the body.") { Repeats = true },
        new("script", "string", "On the type: a script of this server, such as TestScript/123. Instead of scripts, search parameters of TestScript may be given: all that they find is run.") { Repeats = true },
    ];

    private static readonly IReadOnlyList<OperationParameter> s_run =
    [
        new("server", "string", "The name of a server of FhirHub:Conformance:Servers, or 'self' for this server, which is the default and is asked with the caller's own token. "
            + "Several are destinations 1, 2 and so on; others than 'self' are for administrators.") { Repeats = true },
        new("variable", null, "The value of a variable, which goes before what the script says.")
        {
            Repeats = true,
            Parts =
            [
                new("name", "string", "The name of the variable.") { IsRequired = true },
                new("value", "string", "Its value.") { IsRequired = true },
            ],
        },
        new("filter", "string", "Only tests whose name has this text in it are run."),
        new("return", "TestReport", "The report, which is stored; of several scripts a Bundle of reports.") { IsOutput = true, IsRequired = true },
    ];

    /// <summary>The parameters of the operation.</summary>
    public static IReadOnlyList<OperationParameter> Parameters { get; } = [.. s_scripts, .. s_run];

    /// <summary>Reads a call.</summary>
    /// <param name="exchange">The call.</param>
    /// <param name="call">The same with its body.</param>
    /// <param name="cancel">Ends the wait.</param>
    /// <exception cref="RefusedException">It can't be understood, or is not for whoever asks.</exception>
    public static async Task<ScriptRunPlan> ReadAsync(HttpExchange exchange, FhirCall call, CancellationToken cancel)
    {
        var sent = call.Body is { ResourceType: StoredScripts.Type } body ? body : null;
        if (sent is not null)
            call = call with { Body = null };
        var isInstance = call.Route.Kind == RouteKind.InstanceOperation;
        var input = OperationInput.Read(call, isInstance ? s_run : Parameters, takesOthers: !isInstance);
        var names = Servers(exchange, input);
        return new ScriptRunPlan(isInstance ? [await StoredAsync(exchange, call.Key.ToString(), cancel)] : await ScriptsAsync(exchange, sent, input, cancel), call.Scope)
        {
            Servers = names,
            Token = names.Count == 0 ? TokenOf(exchange.Http) : null,
            Variables = Variables(input),
            Filter = input.Text("filter"),
            Owner = RequestOwner.Of(exchange.Http.Features.Get<Access>()),
            Request = $"{exchange.BaseUrl}{exchange.Http.Request.Path.Value![FhirEndpoint.Base.Length..]}{exchange.Http.Request.QueryString.Value}",
        };
    }

    private static async Task<IReadOnlyList<TestScript>> ScriptsAsync(HttpExchange exchange, ResourceTree? sent, OperationInput input, CancellationToken cancel)
    {
        var most = exchange.Server.Options.Conformance.Scripts;
        var scripts = new List<TestScript>();
        if (sent is not null)
            scripts.Add(StoredScripts.Read(sent, "The body"));
        foreach (var value in input.Values("testScript"))
            scripts.Add(StoredScripts.Read(ResourceParser.ParseJson(value.Node.Json).Tree!, $"testScript {scripts.Count + 1}"));
        foreach (var value in input.Values("script"))
            scripts.Add(await StoredAsync(exchange, value.Text!, cancel));
        if (input.Others.Count > 0)
        {
            RequireRead(exchange);
            scripts.AddRange(await new StoredScripts(exchange.Server, exchange.Scope).FindAsync(input.Others, most, cancel));
        }

        return scripts.Count switch
        {
            0 => throw new RefusedException(400, "required", ConformanceMessages.NoScript),
            var count when count > most => throw StoredScripts.TooMany(most),
            _ => scripts,
        };
    }

    private static ValueTask<TestScript> StoredAsync(HttpExchange exchange, string reference, CancellationToken cancel)
    {
        RequireRead(exchange);
        return new StoredScripts(exchange.Server, exchange.Scope).ReadAsync(reference, cancel);
    }

    private static void RequireRead(HttpExchange exchange)
    {
        if (!exchange.Scope.IsGranted(StoredScripts.Type, AccessLetter.Read))
            throw RequestAccess.Insufficient(exchange.Http, $"{StoredScripts.Type}.r");
    }

    // Which servers there are is for those only who may use them.
    private static List<string> Servers(HttpExchange exchange, OperationInput input)
    {
        var names = input.Values("server").Select(static value => value.Text!).ToList();
        if (names.Count == 0 || names is [TestServers.Self])
            return [];
        if (!exchange.Scope.IsAdministrators)
            throw RequestAccess.Insufficient(exchange.Http, "*.cruds");
        var servers = exchange.Server.Runs.Servers;
        var unknown = names.Find(name => servers.Find(name) is null);
        return unknown is null && names.Count <= MaxServers
            ? names
            : throw new RefusedException(
                400, "value", ConformanceMessages.UnknownServer, unknown is null ? $"{names.Count}" : unknown.Length <= 64 ? unknown : unknown[..64], string.Join(", ", [TestServers.Self, .. servers.Names]));
    }

    private static Dictionary<string, string> Variables(OperationInput input)
    {
        var variables = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var value in input.Values("variable"))
            variables[value.Parts("name").First().Text!] = value.Parts("value").First().Text!;
        return variables;
    }

    private static string? TokenOf(HttpContext http) =>
        http.Features.Get<Access>() is null ? null : http.Request.Headers.Authorization.ToString()["Bearer ".Length..].Trim();
}
