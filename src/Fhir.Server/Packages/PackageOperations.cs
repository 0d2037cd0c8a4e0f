// ImplementationGuide/$install and $uninstall: packages over HTTP, for a server that runs.

using Microsoft.Net.Http.Headers;

namespace FhirHub.Server;

/// <summary>
/// <c>POST ImplementationGuide/$install</c> takes a package as it is (<c>application/gzip</c>), a Binary, or Parameters with one
/// <c>npmContent</c> for each package; several may depend on each other. <c>POST ImplementationGuide/$uninstall?package=NAME%23VERSION</c>
/// removes one. R4 defines neither.
/// </summary>
public static class PackageOperations
{
    private const string ContentName = "npmContent";

    private static readonly string[] s_archiveTypes = ["application/gzip", "application/x-gzip", "application/tar+gzip", "application/x-tgz", "application/octet-stream"];

    /// <summary>The operation that loads packages.</summary>
    public static Operation Install { get; } = new(
        "install", OperationLevels.Type, ["ImplementationGuide"], OperationDefinitions.AddressOf("install"), AffectsState: true, InstallAsync)
    {
        Description = "Loads FHIR packages: their profiles, search parameters, value sets and other definitions are live when it answers. "
            + "Instead of Parameters it takes a package as application/gzip, or a Binary.",
        HandleAsync = HandleInstallAsync,
        BodyTypes = s_archiveTypes,
        Parameters =
        [
            new(ContentName, "base64Binary", "A package: a gzip-compressed tar archive with package/package.json.") { Repeats = true },
            new("strict", "boolean", "True to load nothing if a resource of a package is faulty; else the others are loaded."),
            new("reindex", "boolean", "False to leave it to $reindex to make new search parameters searchable; else that begins at once."),
            new("package", null, "A package that is loaded.")
            {
                IsOutput = true,
                Repeats = true,
                Parts =
                [
                    new("id", "string", "NAME#VERSION.") { IsOutput = true, IsRequired = true },
                    new("resources", "integer", "Its resources that are live.") { IsOutput = true, IsRequired = true },
                    new("changed", "integer", "Those of them that were not there before in this form.") { IsOutput = true, IsRequired = true },
                    new("waiting", "uri", "A search parameter that can be searched by after a reindex.") { IsOutput = true, Repeats = true },
                    new("outcome", "OperationOutcome", "Errors for resources that could not be loaded; information on what is left out or not used.") { IsOutput = true },
                ],
            },
            new("reindexing", "boolean", "True if a reindex began, or follows the one that is running; GET $reindex shows it.") { IsOutput = true, IsRequired = true },
        ],
    };

    /// <summary>The operation that removes packages.</summary>
    public static Operation Uninstall { get; } = new(
        "uninstall", OperationLevels.Type, ["ImplementationGuide"], OperationDefinitions.AddressOf("uninstall"), AffectsState: true, UninstallAsync)
    {
        Description = "Removes FHIR packages that no other loaded package needs, with their resources.",
        Parameters =
        [
            new("package", "string", "NAME#VERSION.") { IsRequired = true, Repeats = true },
            new("resources", "integer", "Resources that were removed.") { IsOutput = true, IsRequired = true },
        ],
    };

    private static async Task HandleInstallAsync(HttpExchange exchange)
    {
        _ = exchange.ResponseType;
        var call = exchange.ToCall();
        if (!call.IsPost)
            throw new RefusedException(405, "not-supported", "$install changes what is stored, so it is called with POST.");
        if (!IsArchive(exchange.Http.Request.ContentType))
        {
            await AnswerWriter.WriteAsync(exchange, await InstallAsync(call with { Body = await RequestBody.ReadResourceAsync(exchange) }, exchange.Cancel));
            return;
        }

        RequireFullScope(call);
        var input = OperationInput.Read(call, Install.Parameters);
        var archive = await RequestBody.ReadAsync(exchange);
        await AnswerWriter.WriteAsync(exchange, await InstallAsync(call, [archive], input.Boolean("strict"), input.Text("reindex") != "false", exchange.Cancel));
    }

    private static ValueTask<FhirAnswer> InstallAsync(FhirCall call, CancellationToken cancel)
    {
        RequireFullScope(call);
        var input = OperationInput.Read(call with { Body = null }, Install.Parameters);
        var (archives, isStrict, reindex) = (new List<ReadOnlyMemory<byte>>(), input.Boolean("strict"), input.Text("reindex") != "false");
        switch (call.Body?.ResourceType)
        {
            case "Binary":
                archives.Add(Bytes(call.Body.Root.ChildValue("data")));
                break;
            case "Parameters":
                foreach (var parameter in call.Body.Root.ChildrenOf("parameter"))
                {
                    var value = OperationValue.Of(parameter).Text;
                    switch (parameter.ChildValue("name"))
                    {
                        case ContentName:
                            archives.Add(Bytes(value));
                            break;
                        case "strict" when value is "true" or "false":
                            isStrict = value == "true";
                            break;
                        case "reindex" when value is "true" or "false":
                            reindex = value == "true";
                            break;
                        default:
                            throw new RefusedException(400, "not-supported", $"$install has the parameters {ContentName}, strict and reindex.");
                    }
                }

                break;
        }

        return archives.Count > 0
            ? InstallAsync(call, archives, isStrict, reindex, cancel)
            : throw new RefusedException(400, "required", $"Send the package (.tgz) as application/gzip, as a Binary, or as {ContentName} in Parameters.");
    }

    private static async ValueTask<FhirAnswer> InstallAsync(
        FhirCall call, IReadOnlyList<ReadOnlyMemory<byte>> archives, bool isStrict, bool reindex, CancellationToken cancel)
    {
        var server = call.Server;
        try
        {
            var limits = new PackageLimits { ResourceBytes = server.Options.Limits.BodyBytes };
            var reports = await server.PackageLoading.AddAsync([.. archives.Select(archive => PackageFile.Of(archive, limits))], isStrict, cancel);
            var begins = reindex && reports.Any(static report => report.Waiting.Count > 0)
                && server.Reindexing.StartDue(() => Reindex.Due(server));
            return Answer(call, reports, begins);
        }
        catch (PackageException refused)
        {
            throw new RefusedException(422, refused.Issues);
        }
    }

    private static async ValueTask<FhirAnswer> UninstallAsync(FhirCall call, CancellationToken cancel)
    {
        RequireFullScope(call);
        var names = OperationInput.Read(call, Uninstall.Parameters).Values("package").Select(static value => value.Text!).ToList();
        try
        {
            var packages = names.Select(static name => PackageId.Parse(name) ?? throw new PackageException("value", $"'{name}' is not NAME#VERSION.")).ToList();
            var removed = await call.Server.PackageLoading.RemoveAsync(packages, cancel);
            var json = new ParametersWriter();
            json.Integer("resources"u8, removed);
            return json.ToAnswer(call);
        }
        catch (PackageException refused)
        {
            throw new RefusedException(refused.Issues[0].Code switch { "conflict" => 409, "not-found" => 404, _ => 422 }, refused.Issues);
        }
    }

    private static void RequireFullScope(FhirCall call)
    {
        if (!call.Scope.IsAdministrators)
            throw new RefusedException(403, "forbidden", "Packages change what the whole server goes by; the access granted to this client is less.");
    }

    private static bool IsArchive(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type) && s_archiveTypes.Contains(type.MediaType.Value, StringComparer.OrdinalIgnoreCase);

    private static byte[] Bytes(string? base64)
    {
        try
        {
            return Convert.FromBase64String(base64 ?? "");
        }
        catch (FormatException)
        {
            throw new RefusedException(400, "value", "The package is not in base64.");
        }
    }

    private static FhirAnswer Answer(FhirCall call, IReadOnlyList<PackageReport> reports, bool begins)
    {
        var json = new ParametersWriter();
        foreach (var report in reports)
        {
            json.BeginParts("package"u8);
            json.String("id"u8, report.Id.ToString());
            json.Integer("resources"u8, report.Resources);
            json.Integer("changed"u8, report.Changed);
            foreach (var url in report.Waiting)
                json.Uri("waiting"u8, url);
            if (report.Issues.Count > 0)
                json.Raw("outcome"u8, "resource"u8, OutcomeWriter.ToJson(report.Issues, null));
            json.EndParts();
        }

        json.Boolean("reindexing"u8, begins);
        return json.ToAnswer(call);
    }
}
