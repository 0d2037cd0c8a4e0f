// The embedded store as the contract's tests open it; other stores are compared with it.

using FhirHub.Storage.Sqlite;

namespace FhirHub.Storage.Tests.Contract;

/// <summary>Opens stores for tests.</summary>
internal static class TestStores
{
    /// <summary>The embedded store in a folder.</summary>
    public static SqliteResourceStore OpenSqlite(string folder, TestDefinitions definitions, TimeProvider clock) => SqliteResourceStore.Open(new SqliteStoreOptions
    {
        Path = Path.Combine(folder, "fhirhub.db"),
        Extract = definitions.Extract,
        Generation = () => definitions.Generation,
        IndexFingerprint = definitions.Fingerprint,
        ExtractContained = definitions.ExtractContained,
        Text = TestResource.Texts,
        Clock = clock,
        IncludeLimit = 50,
        CompartmentParameters = static (compartment, type) => (compartment, type) switch
        {
            ("Patient", "Observation") => [Parameters.Subject],
            _ => [],
        },
    });
}
