// How the store lies in the database: containers, partition keys, indexing policies, and the texts that identify documents.

using System.Collections.ObjectModel;
using System.Globalization;
using FhirHub.Search;
using Microsoft.Azure.Cosmos;

namespace FhirHub.Storage.Cosmos;

/// <summary>Names and policies (docs/adr/0052-cosmos-data-model.md).</summary>
internal static class Layout
{
    public const string Resources = "resources";
    public const string Ids = "ids";
    public const string History = "history";
    public const string Log = "log";
    public const string Control = "control";
    public const string State = "state";

    /// <summary>The position of what has not happened: not committed (<c>f</c>) or not superseded (<c>u</c>). The greatest whole number that JSON keeps exactly.</summary>
    public const long Open = 9_007_199_254_740_991;

    /// <summary>Seconds that a superseded version can still be found by a search that began before: a page link's hour, and as much again.</summary>
    public const int SupersededSeconds = 7_200;

    /// <summary>The member of a document that holds the body.</summary>
    public const string BodyName = "b";

    /// <summary>The member of a document that names the blob that holds the body.</summary>
    public const string BlobName = "B";

    /// <summary>Positions in a partition of the log.</summary>
    private const int SegmentPositions = 4_096;

    /// <summary>The partition of what is in the compartments of several patients.</summary>
    public const string Several = "*";

    private const string PatientPrefix = "Patient/";

    /// <summary>The containers with their policies.</summary>
    public static IReadOnlyList<ContainerProperties> Containers { get; } =
    [
        new ContainerProperties(Resources, ["/p", "/t", "/i"])
        {
            DefaultTimeToLive = -1,
            IndexingPolicy = Policy(
                ["/p/?", "/t/?", "/i/?", "/f/?", "/u/?", "/d/?", "/q/?", "/j/?", "/o/?", "/l/?", "/x/?", "/B/?", "/r/[]/?", "/w/[]/?", "/e0/*", "/e1/*", "/c0/*", "/c1/*"],
                [["/t", "/o"], ["/f-", "/j-"]]),
        },
        new ContainerProperties(Ids, "/id") { IndexingPolicy = Policy([], []) },
        new ContainerProperties(History, "/k") { IndexingPolicy = Policy(["/k/?", "/t/?", "/f/?", "/u/?", "/l/?", "/ul/?", "/v/?", "/B/?"], [["/f-", "/j-"]]) },
        new ContainerProperties(Log, "/s") { IndexingPolicy = Policy(["/n/?", "/q/?"], []) },
        new ContainerProperties(Control, "/id") { DefaultTimeToLive = -1, IndexingPolicy = Policy([], []) },
        new ContainerProperties(State, ["/kind", "/id"]) { DefaultTimeToLive = -1, IndexingPolicy = Policy(["/kind/?", "/key/?", "/owner/?", "/expires/?", "/gone/?"], []) },
    ];

    /// <summary>The id of a head, and the key of a resource's history.</summary>
    public static string IdOf(ResourceKey key) => $"{key.Type}:{key.Id}";

    /// <summary>The id of a superseded version.</summary>
    public static string IdOf(ResourceKey key, long version) => string.Create(CultureInfo.InvariantCulture, $"{key.Type}:{key.Id}:{version}");

    /// <summary>The id of a log record.</summary>
    public static string IdOf(long position) => position.ToString("x14", CultureInfo.InvariantCulture);

    /// <summary>The partition of a log record.</summary>
    public static string SegmentOf(long position) => (position / SegmentPositions).ToString("x", CultureInfo.InvariantCulture);

    /// <summary>Where a resource that is created by a commit comes in the order of creation.</summary>
    public static string OrderOf(long position, int index) => string.Create(CultureInfo.InvariantCulture, $"{position:x14}-{index:x6}");

    /// <summary>The first part of the partition key of what is about one patient.</summary>
    public static string PatientPartition(string patient) => PatientPrefix + patient;

    /// <summary>The first part of the partition key of what is about no patient.</summary>
    public static string TypePartition(string type) => $"~{type}";

    /// <summary>The first part of a resource's partition key: whose compartment it is in (R4 compartmentdefinition-patient.html).</summary>
    public static string PartitionOf(ResourceKey key, IReadOnlyList<IndexEntry> entries, Func<string, string, IReadOnlyList<SearchParameter>> compartmentParameters)
    {
        if (key.Type == "Patient")
            return PatientPartition(key.Id);
        string? patient = null;
        foreach (var parameter in compartmentParameters("Patient", key.Type))
        {
            foreach (var entry in entries)
            {
                if (entry is not ReferenceEntry { Type: "Patient", Id: { } id } || entry.Parameter.IndexKey != parameter.IndexKey || id == patient)
                    continue;
                if (patient is not null)
                    return Several;
                patient = id;
            }
        }

        return patient is null ? TypePartition(key.Type) : PatientPartition(patient);
    }

    /// <summary>The whole partition key of a document in <see cref="Resources"/>.</summary>
    public static PartitionKey PartitionKeyOf(string partition, ResourceKey key) => new PartitionKeyBuilder().Add(partition).Add(key.Type).Add(key.Id).Build();

    // The paths of a composite index; those that end in "-" are in descending order.
    private static IndexingPolicy Policy(IReadOnlyList<string> included, IReadOnlyList<string[]> composites)
    {
        // Without any path too: a container that is not indexed at all can't have a time to live.
        var policy = new IndexingPolicy { IndexingMode = IndexingMode.Consistent, Automatic = true };
        foreach (var path in included)
            policy.IncludedPaths.Add(new IncludedPath { Path = path });
        policy.ExcludedPaths.Add(new ExcludedPath { Path = "/*" });
        foreach (var composite in composites)
            policy.CompositeIndexes.Add(new Collection<CompositePath>([.. composite.Select(static path => new CompositePath { Path = path.TrimEnd('-'), Order = path.EndsWith('-') ? CompositePathSortOrder.Descending : CompositePathSortOrder.Ascending })]));
        return policy;
    }
}
