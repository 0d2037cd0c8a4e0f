// Random operations on an archive and on a simple model of it; both agree after each.

using FhirHub.Tests;
using Xunit.Abstractions;

namespace FhirHub.Dicomweb.Tests.Archive;

public sealed class ArchiveModelTests(ITestOutputHelper output)
{
    private const int Operations = 600;

    // What there is, the last version of each instance ever, the patient of each study, and how many changes there were.
    private readonly Dictionary<ImagePath, (TestInstance Instance, long Version)> _there = [];
    private readonly Dictionary<ImagePath, long> _versions = [];
    private readonly Dictionary<string, string?> _links = new(StringComparer.Ordinal);
    private readonly List<(ImageChangeAction Action, ImagePath Path, long Version)> _changes = [];

    [Fact]
    public async Task Whatever_is_done_the_archive_is_what_the_model_says()
    {
        var seed = TestSeed.Take();
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var folder = Directory.CreateTempSubdirectory("fhirhub-model-").FullName;
        var options = new DicomwebOptions { Path = folder };
        var archive = ImageArchive.Open(options, TimeProvider.System);
        try
        {
            for (var i = 0; i < Operations; i++)
            {
                switch (random.Next(20))
                {
                    case 0:
                        await archive.DisposeAsync();
                        archive = ImageArchive.Open(options, TimeProvider.System);
                        break;
                    case 1 or 2 or 3:
                        await DeleteAsync(archive, random);
                        break;
                    case 4:
                        await LinkAsync(archive, random);
                        break;
                    default:
                        await StoreAsync(archive, random);
                        break;
                }

                if (i % 50 == 49)
                    await CompareAsync(archive);
            }

            await CompareAsync(archive);
        }
        finally
        {
            await archive.DisposeAsync();
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task StoreAsync(ImageArchive archive, Random random)
    {
        var study = $"1.7.{random.Next(4)}";
        var series = $"{study}.{random.Next(3)}";
        var instance = new TestInstance(study, series, $"{series}.{random.Next(6)}")
        {
            PatientId = random.Next(15) == 0 ? "other" : "P1",
            Modality = random.Next(2) == 0 ? "CT" : "MR",
            SopClass = random.Next(4) == 0 ? "1.2.840.10008.5.1.4.1.1.4" : "1.2.840.10008.5.1.4.1.1.2",
            Description = random.Next(3) == 0 ? "Chest" : "Abdomen",
            Fill = (byte)random.Next(3),
            FrameBytes = random.Next(10) == 0 ? 60_000 : 16,
            Frames = random.Next(10) == 0 ? 30 : 1,
        };
        var policy = random.Next(2) == 0 ? DuplicatePolicy.Replace : DuplicatePolicy.Refuse;
        var scope = Scope(random);
        var expected = Expected(instance, policy, scope);
        var result = await instance.StoreAsync(archive, scope, policy);
        Assert.Equal(expected, result.Outcome);
        if (expected is not (StoreOutcome.Created or StoreOutcome.Replaced))
            return;
        var version = _versions.GetValueOrDefault(instance.Path) + 1;
        if (expected == StoreOutcome.Replaced && _there[instance.Path].Instance.PatientId != instance.PatientId)
            _links[study] = null;
        _versions[instance.Path] = version;
        _there[instance.Path] = (instance, version);
        _changes.Add((expected == StoreOutcome.Created ? ImageChangeAction.Create : ImageChangeAction.Update, instance.Path, version));
        Assert.Equal(version, result.Instance!.Version);
    }

    private StoreOutcome Expected(TestInstance instance, DuplicatePolicy policy, ImageScope scope)
    {
        if (!scope.Grants(_links.GetValueOrDefault(instance.Study)))
            return StoreOutcome.NotGranted;
        var others = _there.Values.Where(there => there.Instance.Study == instance.Study).ToList();
        var isThere = _there.TryGetValue(instance.Path, out var stored);
        if (isThere && stored.Instance == instance)
            return StoreOutcome.Identical;
        if (others.Any(other => other.Instance.PatientId != instance.PatientId) && !(isThere && others.Count == 1))
            return StoreOutcome.OtherPatient;
        return !isThere ? StoreOutcome.Created : policy == DuplicatePolicy.Replace ? StoreOutcome.Replaced : StoreOutcome.Conflict;
    }

    private async Task DeleteAsync(ImageArchive archive, Random random)
    {
        var study = $"1.7.{random.Next(4)}";
        var series = random.Next(6) == 0 ? null : $"{study}.{random.Next(3)}";
        var path = new ImagePath(study, series, series is null || random.Next(3) == 0 ? null : $"{series}.{random.Next(6)}");
        var scope = Scope(random);
        var expected = scope.Grants(_links.GetValueOrDefault(study)) ? Under(path) : [];
        Assert.Equal(expected.Count, await archive.DeleteAsync(scope, path, default));
        foreach (var instance in expected)
        {
            _changes.Add((ImageChangeAction.Delete, instance, _there[instance].Version));
            _there.Remove(instance);
        }

        if (Under(new(study)).Count == 0)
            _links.Remove(study);
    }

    private async Task LinkAsync(ImageArchive archive, Random random)
    {
        var study = $"1.7.{random.Next(4)}";
        var patient = random.Next(3) == 0 ? null : $"patient-{random.Next(2)}";
        await archive.FollowAsync("model", archive.LastChange, new Dictionary<string, string?> { [study] = patient }, default);
        if (Under(new(study)).Count > 0)
            _links[study] = patient;
    }

    private async Task CompareAsync(ImageArchive archive)
    {
        Assert.Empty(await archive.VerifyAsync(default));
        for (var study = 0; study < 4; study++)
        {
            var path = new ImagePath($"1.7.{study}");
            foreach (var scope in new[] { ImageScope.Full, Patient(0), Patient(1) })
            {
                var expected = scope.Grants(_links.GetValueOrDefault(path.Study)) ? Under(path) : [];
                var found = await archive.FindAsync(scope, path, default);
                Assert.Equal(expected.Order(Comparer<ImagePath>.Create(Compare)), found.Select(static instance => instance.Path).Order(Comparer<ImagePath>.Create(Compare)));
                foreach (var instance in found)
                {
                    Assert.Equal(_there[instance.Path].Version, instance.Version);
                    Assert.Equal(_there[instance.Path].Instance.ToBytes(), await TestInstance.ReadAsync(archive, instance));
                }
            }
        }

        var changes = await archive.ChangesAsync(ImageScope.Full, 0, 10_000, default);
        Assert.Equal(_changes, changes.Select(static change => (change.Action, change.Path, change.Version)));
    }

    private List<ImagePath> Under(ImagePath path) =>
    [
        .. _there.Values.Where(there => there.Instance.Study == path.Study && (path.Series ?? there.Instance.Series) == there.Instance.Series && (path.Instance ?? there.Instance.Instance) == there.Instance.Instance)
            .OrderBy(static there => there.Instance.Series, StringComparer.Ordinal)
            .ThenBy(static there => there.Instance.Instance, StringComparer.Ordinal)
            .Select(static there => there.Instance.Path),
    ];

    private static ImageScope Scope(Random random) => random.Next(5) == 0 ? Patient(random.Next(2)) : ImageScope.Full;

    private static ImageScope Patient(int number) => ImageScope.Of(new HashSet<string> { $"patient-{number}" });

    private static int Compare(ImagePath left, ImagePath right) => string.CompareOrdinal(left.ToString(), right.ToString());
}
