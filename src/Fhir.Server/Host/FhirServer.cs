// What a running server consists of, wired by hand: the command line uses it without HTTP.

using FhirHub.Model;
using FhirHub.Search;
using FhirHub.Server.Conformance;
using FhirHub.Server.Export;
using FhirHub.Server.Imaging;
using FhirHub.Smart;
using FhirHub.Storage;
using FhirHub.Storage.Sqlite;
using FhirHub.Terminology;

namespace FhirHub.Server;

/// <summary>The parts of a FHIR server.</summary>
public sealed class FhirServer : IAsyncDisposable
{
    private readonly DataFolderLock _hold;
    private readonly SqliteClosureStore _closures;
    private readonly OtherServers? _others;

    private FhirServer(
        DataFolderLock hold, FhirHubOptions options, TimeProvider clock, IResourceStore store, SearchParameterSet searchParameters, ITerminology terminology, TerminologyLibrary terminologyLibrary, SqliteClosureStore closures)
    {
        _hold = hold;
        Clock = clock;
        Options = options;
        Store = store;
        Terminology = terminology;
        TerminologyLibrary = terminologyLibrary;
        _closures = closures;
        SearchParameterSet = searchParameters;
        Reindexing = new Reindexing(store, searchParameters);
        Validation = new ResourceValidation(new LocalConformanceResources(terminologyLibrary), store, options.BaseUrls);
        WriteRules = options.ValidationOnWrite == WriteValidation.Profiles ? new WriteRules(Validation, options) : null;
        Repository = new ResourceRepository(store, new ResourcePreparer(searchParameters, WriteRules), searchParameters, options);
        PageLinks = StoreOpening.OpenPageLinks(options, store);
        Packages = new LoadedPackages(store);
        Profiles = new StoredProfiles(store);
        PackageLoading = new PackageLoading(this);
        Operations = new Operations(
        [
            Explanation.Operation,
            DanglingReferences.Operation,
            .. MetaOperations.Operations,
            .. Everything.Operations,
            LastObservations.Operation,
            ObservationStatistics.Operation,
            CompositionDocument.Operation,
            GraphQL.GraphQLOperationEndpoint.Operation,
            Matching.MatchOperation.Operation,
            Reindex.Operation,
            PackageOperations.Install,
            PackageOperations.Uninstall,
            ValidateOperation.Operation,
            ReconcileOperations.Reconcile,
            ReconcileOperations.Unlink,
            .. TerminologyOperations.All,
            .. ExportOperation.Operations,
            RunOperation.Operation,
        ]);
        Interactions = new InteractionTable(
        [
            new(RouteKind.Metadata, "GET", null, Safe((call, c) => call.Server.Capabilities.AnswerAsync(call, c))),
            new(RouteKind.Instance, "GET", "read", ReadEndpoint.HandleAsync),
            new(RouteKind.Version, "GET", "vread", Safe(Read.AnswerVersionAsync)),
            new(RouteKind.Instance, "PUT", "update", Update.HandleAsync),
            new(RouteKind.Type, "PUT", null, Update.HandleConditionalAsync),
            new(RouteKind.Instance, "PATCH", "patch", Patch.HandleAsync),
            new(RouteKind.Type, "PATCH", null, Patch.HandleConditionalAsync),
            new(RouteKind.Instance, "DELETE", "delete", Delete.HandleAsync),
            new(RouteKind.Type, "DELETE", null, Delete.HandleConditionalAsync),
            new(RouteKind.InstanceHistory, "GET", "history-instance", Safe(History.AnswerAsync)),
            new(RouteKind.TypeHistory, "GET", "history-type", Safe(History.AnswerAsync)),
            new(RouteKind.SystemHistory, "GET", "history-system", Safe(History.AnswerAsync)),
            new(RouteKind.Type, "POST", "create", Create.HandleAsync),
            new(RouteKind.Type, "GET", "search-type", Safe(SearchInteraction.AnswerAsync)),
            new(RouteKind.TypeSearch, "POST", null, SearchInteraction.HandleFormAsync),
            new(RouteKind.Compartment, "GET", null, Safe(SearchInteraction.AnswerAsync)),
            new(RouteKind.CompartmentSearch, "POST", null, SearchInteraction.HandleFormAsync),
            new(RouteKind.CompartmentExplain, "GET", null, Safe(static (call, c) => SearchInteraction.ExplainAsync(Explanation.ToSearch(call), c))),
            new(RouteKind.System, "GET", "search-system", Safe(SearchInteraction.AnswerAsync)),
            new(RouteKind.System, "POST", "transaction", BundleEndpoint.HandleAsync),
            new(RouteKind.System, "POST", "batch", BundleEndpoint.HandleAsync),
            new(RouteKind.SystemSearch, "POST", null, SearchInteraction.HandleFormAsync),
            new(RouteKind.SystemOperation, "GET", null, Operations.HandleAsync),
            new(RouteKind.SystemOperation, "POST", null, Operations.HandleAsync),
            new(RouteKind.TypeOperation, "GET", null, Operations.HandleAsync),
            new(RouteKind.TypeOperation, "POST", null, Operations.HandleAsync),
            new(RouteKind.InstanceOperation, "GET", null, Operations.HandleAsync),
            new(RouteKind.InstanceOperation, "POST", null, Operations.HandleAsync),
            new(RouteKind.VersionOperation, "GET", null, Operations.HandleAsync),
            new(RouteKind.VersionOperation, "POST", null, Operations.HandleAsync),
            new(RouteKind.Export, "GET", null, ExportEndpoint.AnswerStatusAsync),
            new(RouteKind.Export, "DELETE", null, ExportEndpoint.CancelAsync),
            new(RouteKind.ExportFile, "GET", null, ExportEndpoint.AnswerFileAsync),
            new(RouteKind.Run, "GET", null, RunEndpoint.AnswerStatusAsync),
            new(RouteKind.Run, "DELETE", null, RunEndpoint.CancelAsync),
        ]);
        Exports = new ExportJobs(this, (IStateStore)store, clock);
        Runs = new ScriptRuns(this);
        Capabilities = new Capabilities(this);
        if (options.Cosmos is { } cosmos)
            _others = new OtherServers(this, cosmos.FollowInterval);
    }

    /// <summary>The configuration.</summary>
    public FhirHubOptions Options { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; }

    /// <summary>The store.</summary>
    public IResourceStore Store { get; }

    /// <summary>The interactions without HTTP.</summary>
    public ResourceRepository Repository { get; }

    /// <summary>The search parameters, those that are stored as resources included.</summary>
    public SearchParameterSet SearchParameterSet { get; }

    /// <summary>The search parameters that can be searched by now.</summary>
    public SearchParameterRegistry SearchParameters => SearchParameterSet.Current.Searchable;

    /// <summary>Code systems and value sets: those created here, then those of R4.</summary>
    public ITerminology Terminology { get; }

    /// <summary>What the terminology operations answer from.</summary>
    public TerminologyLibrary TerminologyLibrary { get; }

    /// <summary>Validates resources.</summary>
    public ResourceValidation Validation { get; }

    /// <summary>What a resource must meet to be written under <c>FhirHub:Validation:OnWrite=Profiles</c>; null under any other value.</summary>
    public WriteRules? WriteRules { get; }

    /// <summary>Reads searches.</summary>
    public SearchParser SearchParser => SearchParameterSet.Current.Parser;

    /// <summary>Indexes resources anew, beside the requests.</summary>
    public Reindexing Reindexing { get; }

    /// <summary>The FHIR packages that are loaded.</summary>
    public LoadedPackages Packages { get; }

    /// <summary>The profiles that resources can be held to.</summary>
    public StoredProfiles Profiles { get; }

    /// <summary>Loads and removes FHIR packages.</summary>
    public PackageLoading PackageLoading { get; }

    /// <summary>Makes and reads page links.</summary>
    public PageLinks PageLinks { get; }

    /// <summary>The closure tables of a client.</summary>
    /// <param name="owner">Who asks.</param>
    public ClosureTables ClosuresOf(AccessSubject? owner) => new(new OwnedClosures(_closures, owner));

    /// <summary>The registered interactions.</summary>
    public InteractionTable Interactions { get; }

    /// <summary>The registered operations.</summary>
    public Operations Operations { get; }

    /// <summary>Exports of many resources.</summary>
    public ExportJobs Exports { get; }

    /// <summary>Runs of TestScripts.</summary>
    internal ScriptRuns Runs { get; }

    /// <summary>The statement of what runs here.</summary>
    public Capabilities Capabilities { get; }

    /// <summary>The images, where they are served; verbs that serve nothing have none.</summary>
    public ImageService? Images { get; internal set; }

    /// <summary>The authorization server; null under <c>FhirHub:Auth:Mode=Open</c> and for verbs that serve nothing.</summary>
    public SmartService? Smart { get; internal set; }

    /// <summary>Opens the store under the data path and wires the rest to it.</summary>
    /// <param name="options">The configuration.</param>
    /// <param name="clock">The clock; null for the system's.</param>
    /// <exception cref="StoreException">The store can't be opened.</exception>
    /// <exception cref="DataFolderInUseException">Another process has the data path.</exception>
    public static FhirServer Open(FhirHubOptions options, TimeProvider? clock = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        var hold = DataFolderLock.Take(options.DataPath);
        try
        {
            return Open(hold, options, clock ?? TimeProvider.System);
        }
        catch
        {
            hold.Dispose();
            throw;
        }
    }

    private static FhirServer Open(DataFolderLock hold, FhirHubOptions options, TimeProvider clock)
    {
        var standard = SearchParameterRegistry.R4;
        var index = new IndexOptions { BaseUrls = options.BaseUrls, Pinyin = options.Pinyin };
        var parsing = new SearchParserOptions
        {
            BaseUrls = options.BaseUrls,
            DefaultCount = options.Limits.PageSize,
            MaxCount = options.Limits.MaxPageSize,
            FullText = options.FullText,
        };
        ITerminology? terminology = null;
        var searchParameters = new SearchParameterSet(standard, index, registry => new SearchParser(registry, parsing, terminology, clock));
        var store = StoreOpening.Open(options, new SqliteStoreOptions
        {
            Path = Path.Combine(options.DataPath, "fhir.db"),
            Extract = (_, json) => searchParameters.Current.Extractor.Extract(ResourceParser.ParseJson(json).Tree!.Root).Entries,
            ExtractContained = (_, json) => searchParameters.Current.Extractor.ExtractContained(ResourceParser.ParseJson(json).Tree!.Root),
            Generation = () => searchParameters.Current.Generation,
            IndexFingerprint = IndexFingerprint.Of(standard, index),
            Text = options.FullText ? static json => ResourceText.Of(ResourceParser.ParseJson(json).Tree!.Root) : null,
            CompartmentParameters = (compartment, type) => [.. (CompartmentRules.Parameters(compartment, type) ?? [])
                .Select(code => standard.Find(type, code)).OfType<SearchParameter>()],
            SearchTimeout = TimeSpan.FromSeconds(options.Limits.SearchSeconds),
            IncludeLimit = options.Limits.Includes,
            Clock = clock,
        });

        // Terminology searches the store, which extracts by the search parameters; their parsers are made anew when they are loaded.
        var library = new TerminologyLibrary(
            [new StoredTerminologySource(store, standard, options.BaseUrls), new R4TerminologySource()],
            [new ImportedSystems(options.TerminologyPath), new StandardSystems()]);
        terminology = new LocalTerminology(library);

        // Before the first request there is nobody to wait for.
        Task.Run(() => searchParameters.LoadAsync(store, CancellationToken.None)).GetAwaiter().GetResult();
        return new FhirServer(hold, options, clock, store, searchParameters, terminology, library, SqliteClosureStore.Open(Path.Combine(options.DataPath, "closures.db"), clock));
    }

    /// <summary>
    /// Answers a request that changes nothing: read, vread, history, search, capabilities, operations that affect no state.
    /// </summary>
    public ValueTask<FhirAnswer> AnswerAsync(FhirCall call, CancellationToken cancel)
    {
        ArgumentNullException.ThrowIfNull(call);
        return call.Route.Kind switch
        {
            RouteKind.Metadata => Capabilities.AnswerAsync(call, cancel),
            RouteKind.Instance => Read.AnswerAsync(call, cancel),
            RouteKind.Version => Read.AnswerVersionAsync(call, cancel),
            RouteKind.InstanceHistory or RouteKind.TypeHistory or RouteKind.SystemHistory => History.AnswerAsync(call, cancel),
            RouteKind.System or RouteKind.SystemSearch or RouteKind.Type or RouteKind.TypeSearch
                or RouteKind.Compartment or RouteKind.CompartmentSearch => SearchInteraction.AnswerAsync(call, cancel),
            RouteKind.SystemOperation or RouteKind.TypeOperation or RouteKind.InstanceOperation or RouteKind.VersionOperation => Operations.AnswerAsync(call, cancel),
            _ => throw new RefusedException(404, "not-found", HttpMessages.NoSuchAddress),
        };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_others is not null)
            await _others.DisposeAsync();
        if (Images is not null)
            await Images.DisposeAsync();
        await Exports.DisposeAsync();
        await Runs.DisposeAsync();
        if (Smart is not null)
            await Smart.DisposeAsync();
        await Reindexing.DisposeAsync();
        await Store.DisposeAsync();
        await _closures.DisposeAsync();
        PackageLoading.Dispose();
        SearchParameterSet.Dispose();
        PageLinks.Dispose();
        _hold.Dispose();
    }

    private static Func<HttpExchange, Task> Safe(Func<FhirCall, CancellationToken, ValueTask<FhirAnswer>> answer) => async exchange =>
    {
        if (!BinaryContent.IsAsked(exchange))
            _ = exchange.ResponseType;
        await AnswerWriter.WriteAsync(exchange, await answer(exchange.ToCall(), exchange.Cancel));
    };
}
