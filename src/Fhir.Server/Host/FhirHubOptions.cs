// The configuration under the key FhirHub, as the rest of the host reads it: checked once at the start.

using FhirHub.Server.Conformance;
using FhirHub.Server.Imaging;
using FhirHub.Smart;

namespace FhirHub.Server;

/// <summary><c>FhirHub:Auth:Mode</c>.</summary>
public enum AuthMode
{
    /// <summary>SMART App Launch.</summary>
    Smart,

    /// <summary>No authorization; loopback only.</summary>
    Open,
}

/// <summary><c>FhirHub:Storage:Provider</c>.</summary>
public enum StorageProvider
{
    /// <summary>The embedded store: a file under the data path.</summary>
    Sqlite,

    /// <summary>Azure Cosmos DB.</summary>
    Cosmos,
}

/// <summary><c>FhirHub:Validation:OnWrite</c>.</summary>
public enum WriteValidation
{
    /// <summary>A resource must agree with the R4 base definitions.</summary>
    Structure,

    /// <summary>It must also meet their invariants and bindings, the profiles that it claims, and those that the configuration asks of its type.</summary>
    Profiles,

    /// <summary>Missing elements and odd values are let through; what could not be kept without loss is still refused.</summary>
    Off,
}

/// <summary><c>FhirHub:Validation:ProfileRule</c>: how many of the profiles that the configuration names for a type a resource must meet.</summary>
public enum ProfileRule
{
    /// <summary>One of them at least, as the profiles of a type are mostly for different kinds of it.</summary>
    Any,

    /// <summary>Each of them.</summary>
    All,
}

/// <summary><c>FhirHub:Integrity</c>: what becomes of references to resources that are not here.</summary>
public enum IntegrityMode
{
    /// <summary>Nothing: feeds arrive out of order.</summary>
    Off,

    /// <summary>They are stored, with a warning, and <c>$dangling-references</c> lists them.</summary>
    Report,

    /// <summary>They are refused, and so is a delete of what others refer to.</summary>
    Enforce,
}

/// <summary><c>FhirHub:ConditionalDelete</c> (R4 CapabilityStatement.rest.resource.conditionalDelete).</summary>
public enum ConditionalDeleteMode
{
    /// <summary>Criteria must find one resource at most.</summary>
    Single,

    /// <summary>All that the criteria find is deleted.</summary>
    Multiple,
}

/// <summary>The configuration of the server.</summary>
public sealed record FhirHubOptions
{
    /// <summary><c>FhirHub:DataPath</c>: folder of the embedded store and of the server's keys.</summary>
    public string DataPath { get; init; } = "./data";

    /// <summary><c>FhirHub:Export:Path</c>: folder of the files of exports, which servers of one store share; null for <c>exports</c> below the data path.</summary>
    public string? ExportPath { get; init; }

    /// <summary>Folder of the imported code systems.</summary>
    public string TerminologyPath => Path.Combine(DataPath, "terminology");

    /// <summary><c>FhirHub:Storage:Provider</c>.</summary>
    public StorageProvider StorageProvider { get; init; } = StorageProvider.Sqlite;

    /// <summary><c>FhirHub:Storage:Cosmos</c>; null with another provider.</summary>
    public CosmosOptions? Cosmos { get; init; }

    /// <summary><c>FhirHub:Auth:Mode</c>.</summary>
    public AuthMode AuthMode { get; init; } = AuthMode.Smart;

    /// <summary>The rest of <c>FhirHub:Auth</c>.</summary>
    public SmartOptions Smart { get; init; } = new() { KeyFile = "./data/auth.key" };

    /// <summary><c>FhirHub:Validation:OnWrite</c>.</summary>
    public WriteValidation ValidationOnWrite { get; init; } = WriteValidation.Structure;

    /// <summary><c>FhirHub:Validation:Profiles:[type]</c>: canonical URLs of profiles that resources of the type must meet.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> ValidationProfiles { get; init; } = new Dictionary<string, IReadOnlyList<string>>();

    /// <summary><c>FhirHub:Validation:ProfileRule</c>.</summary>
    public ProfileRule ValidationRule { get; init; } = ProfileRule.Any;

    /// <summary><c>FhirHub:Integrity</c>.</summary>
    public IntegrityMode Integrity { get; init; } = IntegrityMode.Off;

    /// <summary><c>FhirHub:ConditionalDelete</c>.</summary>
    public ConditionalDeleteMode ConditionalDelete { get; init; } = ConditionalDeleteMode.Single;

    /// <summary><c>FhirHub:Http:ForwardedHeaders</c>: true if a proxy in front sets <c>X-Forwarded-Proto</c> and <c>-Host</c>.</summary>
    public bool ForwardedHeaders { get; init; }

    /// <summary>The value of <see cref="CorsOrigins"/> that allows pages of this machine only.</summary>
    public const string LoopbackOrigins = "loopback";

    /// <summary>
    /// <c>FhirHub:Http:CorsOrigins</c>: origins that browsers may call from, separated by spaces; <c>*</c> for any. Without
    /// authorization any page that someone on this machine opens could read every record, so pages of other origins must be named.
    /// </summary>
    public string CorsOrigins { get; init; } = LoopbackOrigins;

    /// <summary>
    /// <c>FhirHub:Http:BaseUrls</c>: addresses of this server's FHIR base, separated by spaces; absolute references below them are
    /// references to resources here.
    /// </summary>
    public IReadOnlyList<string> BaseUrls { get; init; } = ["http://127.0.0.1:8080/fhir", "http://localhost:8080/fhir"];

    /// <summary>
    /// <c>FhirHub:Search:FullText</c>: false to keep no full-text index; <c>_text</c> and <c>_content</c> are then refused.
    /// </summary>
    public bool FullText { get; init; } = true;

    /// <summary><c>FhirHub:Search:Pinyin</c>: names in Chinese characters are found by their pinyin and its initials too.</summary>
    public bool Pinyin { get; init; } = true;

    /// <summary><c>FhirHub:Exchange:Package</c>: the exchange's own package is loaded at the start.</summary>
    public bool ExchangePackage { get; init; } = true;

    /// <summary><c>FhirHub:Exchange:Workflow</c>: true if the workflow of referrals and consultations is enforced on what clients write.</summary>
    public bool ExchangeWorkflow { get; init; } = true;

    /// <summary><c>FhirHub:Samples:SmartApp</c>: true to serve the sample app at <c>/app/</c>, with a client of its own; under <see cref="AuthMode.Smart"/> alone.</summary>
    public bool SmartApp { get; init; }

    /// <summary><c>FhirHub:Swagger:Enabled</c>: the OpenAPI documents and their page are served at <c>/swagger</c>.</summary>
    public bool Swagger { get; init; } = true;

    /// <summary><c>FhirHub:Dicomweb</c> and <c>FhirHub:Blobs</c>.</summary>
    public ImagingOptions Imaging { get; init; } = new();

    /// <summary><c>FhirHub:Conformance</c>.</summary>
    public ConformanceOptions Conformance { get; init; } = new();

    /// <summary><c>FhirHub:Limits</c>.</summary>
    public LimitOptions Limits { get; init; } = new();
}

/// <summary><c>FhirHub:Limits</c>: what one request may cost. A limit that is hit is answered, never cut off silently.</summary>
public sealed record LimitOptions
{
    /// <summary>
    /// <c>BodyBytes</c>: greatest request body, also after decompression. A body of tiny elements takes several times its size while
    /// it is read, so this is what bounds the memory of a hostile one.
    /// </summary>
    public int BodyBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary><c>BundleEntries</c>: entries of a batch or transaction.</summary>
    public int BundleEntries { get; init; } = 20_000;

    /// <summary><c>PageSize</c>: entries of a page where the client does not say.</summary>
    public int PageSize { get; init; } = 20;

    /// <summary><c>MaxPageSize</c>: greatest <c>_count</c>; a greater one gives pages of this size, as the self link shows.</summary>
    public int MaxPageSize { get; init; } = 1_000;

    /// <summary><c>Includes</c>: resources that <c>_include</c> and <c>_revinclude</c> may add to a page.</summary>
    public int Includes { get; init; } = 1_000;

    /// <summary><c>ConditionalDeletes</c>: resources that one conditional delete may take.</summary>
    public int ConditionalDeletes { get; init; } = 1_000;

    /// <summary><c>GraphQLResources</c>: resources that one GraphQL query may read.</summary>
    public int GraphQLResources { get; init; } = 5_000;

    /// <summary><c>GraphQLValues</c>: values that the answer to one GraphQL query may have.</summary>
    public int GraphQLValues { get; init; } = 500_000;

    /// <summary><c>GraphQLBytes</c>: bytes of names and plain values that the answer to one GraphQL query may have.</summary>
    public int GraphQLBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary><c>SearchSeconds</c>: time of one search.</summary>
    public int SearchSeconds { get; init; } = 30;
}
