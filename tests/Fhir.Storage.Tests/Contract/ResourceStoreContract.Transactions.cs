// Transactions: all or nothing, conditions at the moment of the commit, references.

using FhirHub.Search;

namespace FhirHub.Storage.Tests.Contract;

public abstract partial class ResourceStoreContract
{
    private static readonly SearchQuery s_byIdentifier =
        Query("Patient", new SearchExpression.Parameter(Parameters.Identifier, new TokenPredicate("http://ids", "42")));

    [Fact]
    public async Task A_transaction_writes_all_in_order_at_one_moment()
    {
        await PutAsync("Patient", "p1", new TestResource("1"));

        var result = await CommitAsync(
            Delete("Patient", "p1"),
            Put("Observation", "o1", new TestResource().Reference(Parameters.Subject, "Patient", "p2")),
            Put("Patient", "p2", new TestResource()),
            Delete("Patient", "p3"));

        Assert.Equal(CommitFailure.None, result.Failure);
        Assert.Equal(
            [WriteOutcome.Deleted, WriteOutcome.Created, WriteOutcome.Created, WriteOutcome.NothingToDelete],
            result.Results.Select(static write => write.Outcome));
        Assert.Single(result.Results.Take(3).Select(static write => write.Version!.LastUpdated).Distinct());
        Assert.Equal("o1", await IdsAsync(Parameters.Subject, new ReferencePredicate("Patient", "p2", null)));
    }

    [Fact]
    public async Task A_version_conflict_writes_nothing()
    {
        await PutAsync("Patient", "p1", new TestResource("1"));
        await PutAsync("Patient", "p1", new TestResource("2"));

        var result = await CommitAsync(
            Put("Patient", "p2", new TestResource()),
            Put("Patient", "p1", new TestResource("3")) with { ExpectedVersion = 1 });

        Assert.Equal(CommitFailure.VersionConflict, result.Failure);
        Assert.Equal(1, result.FailedIndex);
        Assert.Equal(2, result.Current!.Version);
        Assert.Empty(result.Results);
        Assert.Null(await ReadAsync("Patient", "p2"));
        Assert.Equal(2, (await ReadAsync("Patient", "p1"))!.Version);
    }

    [Theory]
    [InlineData(0, false)]
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(3, false)]
    public async Task The_expected_version_must_be_current(long expected, bool accepted)
    {
        await PutAsync("Patient", "p1", new TestResource("1"));
        await PutAsync("Patient", "p1", new TestResource("2"));

        var update = await CommitAsync(Put("Patient", "p1", new TestResource("3")) with { ExpectedVersion = expected });
        Assert.Equal(accepted ? CommitFailure.None : CommitFailure.VersionConflict, update.Failure);

        var delete = await CommitAsync(Delete("Patient", "p1") with { ExpectedVersion = expected + 1 });
        Assert.Equal(expected == 2 || expected == 1 ? CommitFailure.None : CommitFailure.VersionConflict, delete.Failure);
    }

    [Fact]
    public async Task Expecting_none_is_met_by_what_never_was_and_by_what_is_deleted()
    {
        Assert.Equal(CommitFailure.None, (await CommitAsync(Put("Patient", "p1", new TestResource("1")) with { ExpectedVersion = 0 })).Failure);
        Assert.Equal(CommitFailure.VersionConflict, (await CommitAsync(Put("Patient", "p1", new TestResource("2")) with { ExpectedVersion = 0 })).Failure);
        await CommitAsync(Delete("Patient", "p1"));
        Assert.Equal(CommitFailure.None, (await CommitAsync(Put("Patient", "p1", new TestResource("2")) with { ExpectedVersion = 0 })).Failure);
        Assert.Equal(CommitFailure.VersionConflict, (await CommitAsync(Put("Patient", "p2", new TestResource()) with { ExpectedVersion = 1 })).Failure);
    }

    [Fact]
    public async Task A_precondition_that_holds_lets_the_commit_through_and_one_that_changed_does_not()
    {
        var put = Put("Patient", "p1", new TestResource().Token(Parameters.Identifier, "http://ids", "42"));
        var transaction = new ResourceTransaction { Writes = [put], Preconditions = [new Precondition(s_byIdentifier, [])] };
        Assert.Equal(CommitFailure.None, (await CommitAsync(transaction)).Failure);

        var again = await CommitAsync(transaction with { Writes = [put with { Key = new ResourceKey("Patient", "p2") }] });
        Assert.Equal(CommitFailure.PreconditionChanged, again.Failure);
        Assert.Equal(0, again.FailedIndex);
        Assert.Null(await ReadAsync("Patient", "p2"));

        var update = new ResourceTransaction
        {
            Writes = [Put("Patient", "p1", new TestResource("2").Token(Parameters.Identifier, "http://ids", "43"))],
            Preconditions = [new Precondition(s_byIdentifier, [new ResourceKey("Patient", "p1")])],
        };
        Assert.Equal(CommitFailure.None, (await CommitAsync(update)).Failure);
        Assert.Equal(CommitFailure.PreconditionChanged, (await CommitAsync(update)).Failure);
    }

    [Theory]
    [InlineData("p1", 1, true)]
    [InlineData("p1", 2, false)]
    [InlineData("p1", 0, false)]
    [InlineData("p2", 0, true)]
    [InlineData("p2", 1, false)]
    public async Task What_was_only_read_must_still_be_in_the_version_that_was_read(string id, long version, bool accepted)
    {
        await PutAsync("Patient", "p1", new TestResource("1"));

        var result = await CommitAsync(new ResourceTransaction
        {
            Writes = [Put("Observation", "o1", new TestResource())],
            Reads = [new ExpectedVersion(new ResourceKey("Patient", id), version)],
        });

        Assert.Equal(accepted ? CommitFailure.None : CommitFailure.VersionConflict, result.Failure);
        Assert.Equal(-1, result.FailedIndex);
        Assert.Equal(accepted, await ReadAsync("Observation", "o1") is not null);
    }

    [Fact]
    public async Task What_was_read_and_is_deleted_now_counts_as_none()
    {
        await PutAsync("Patient", "p1", new TestResource("1"));
        await CommitAsync(Delete("Patient", "p1"));
        var transaction = new ResourceTransaction { Writes = [Put("Observation", "o1", new TestResource())], Reads = [new ExpectedVersion(new ResourceKey("Patient", "p1"), 1)] };

        Assert.Equal(CommitFailure.VersionConflict, (await CommitAsync(transaction)).Failure);
        Assert.Equal(CommitFailure.None, (await CommitAsync(transaction with { Reads = [new ExpectedVersion(new ResourceKey("Patient", "p1"), 0)] })).Failure);
    }

    [Fact]
    public async Task A_precondition_with_a_scope_of_its_own_sees_what_the_transaction_may_not()
    {
        await PutAsync("Patient", "p1", new TestResource().Token(Parameters.Identifier, "http://ids", "42"));
        var transaction = new ResourceTransaction
        {
            Writes = [Put("Observation", "o1", new TestResource())],
            Preconditions = [new Precondition(s_byIdentifier, []) { Scope = AccessScope.Full }],
        };

        var result = await Store.CommitAsync(new IdScope("p1"), transaction, CancellationToken.None);
        Assert.Equal(CommitFailure.PreconditionChanged, result.Failure);
        var own = await Store.CommitAsync(new IdScope("p1"), transaction with { Preconditions = [new Precondition(s_byIdentifier, [])] }, CancellationToken.None);
        Assert.Equal(CommitFailure.None, own.Failure);
    }

    [Fact]
    public async Task Of_64_equal_conditional_creates_one_creates()
    {
        var results = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(() => CommitAsync(new ResourceTransaction
        {
            Writes = [Put("Patient", $"p{i}", new TestResource($"{i}").Token(Parameters.Identifier, "http://ids", "42"))],
            Preconditions = [new Precondition(s_byIdentifier, [])],
        }))));

        Assert.Single(results, static result => result.Failure == CommitFailure.None);
        Assert.Equal(63, results.Count(static result => result.Failure == CommitFailure.PreconditionChanged));
        Assert.Single((await SearchAsync(s_byIdentifier)).Matches);
    }

    [Fact]
    public async Task No_update_of_64_writers_is_lost()
    {
        await PutAsync("Patient", "p1", new TestResource("0"));

        await Task.WhenAll(Enumerable.Range(0, 64).Select(i => Task.Run(async () =>
        {
            CommitResult result;
            do
            {
                var current = await ReadAsync("Patient", "p1");
                result = await CommitAsync(Put("Patient", "p1", new TestResource($"{i}").Token(Parameters.Identifier, null, $"{i}")) with { ExpectedVersion = current!.Version });
            }
            while (result.Failure == CommitFailure.VersionConflict);
        })));

        Assert.Equal(65, (await ReadAsync("Patient", "p1"))!.Version);
        var found = new List<string>();
        for (var i = 0; i < 64; i++)
            found.Add(await IdsAsync(Parameters.Identifier, new TokenPredicate(null, $"{i}")));
        Assert.Single(found, "p1");
        await VerifyAsync();
    }

    [Fact]
    public async Task Writers_side_by_side_leave_index_and_bodies_in_agreement()
    {
        await Task.WhenAll(Enumerable.Range(0, 16).Select(worker => Task.Run(async () =>
        {
            var random = new Random(worker);
            for (var i = 0; i < 40; i++)
            {
                var id = $"p{random.Next(20)}";
                var resource = new TestResource($"{worker} {i}")
                    .Token(Parameters.Gender, "http://gender", random.Next(2) == 0 ? "male" : "female", random.Next(2) == 0 ? "Shown" : null)
                    .String(Parameters.Name, $"Name {random.Next(5)}")
                    .Date(Parameters.BirthDate, $"19{random.Next(10, 99)}-01-01")
                    .Reference(Parameters.Organization, "Organization", $"org{random.Next(4)}");
                await CommitAsync(random.Next(5) == 0 ? Delete("Patient", id) : Put("Patient", id, resource));
            }
        })));

        await VerifyAsync();
        var history = await HistoryAsync(new HistoryQuery { Count = 1_000 });
        foreach (var versions in history.Versions.GroupBy(static version => version.Key))
            Assert.Equal(Enumerable.Range(1, versions.Count()).Reverse().Select(static i => (long)i), versions.Select(static version => version.Version));
    }

    [Fact]
    public async Task A_reference_to_nothing_is_refused_if_references_are_enforced()
    {
        var observation = Put("Observation", "o1", new TestResource().Reference(Parameters.Subject, "Patient", "p1").Mention("Device", "d1"));

        var refused = await CommitAsync(new ResourceTransaction { Writes = [observation], EnforceReferences = true });
        Assert.Equal(CommitFailure.MissingReference, refused.Failure);
        Assert.Equal([new ResourceKey("Patient", "p1"), new ResourceKey("Device", "d1")], refused.Related);
        Assert.Null(await ReadAsync("Observation", "o1"));

        await PutAsync("Device", "d1", new TestResource());
        var together = await CommitAsync(new ResourceTransaction
        {
            Writes = [observation, Put("Patient", "p1", new TestResource())],
            EnforceReferences = true,
        });
        Assert.Equal(CommitFailure.None, together.Failure);
    }

    [Fact]
    public async Task A_delete_that_would_orphan_is_refused_if_references_are_enforced()
    {
        await CommitAsync(
            Put("Patient", "p1", new TestResource()),
            Put("Device", "d1", new TestResource()),
            Put("Observation", "o1", new TestResource().Reference(Parameters.Subject, "Patient", "p1")),
            Put("Observation", "o2", new TestResource().Mention("Device", "d1")));

        var patient = await CommitAsync(new ResourceTransaction { Writes = [Delete("Patient", "p1")], EnforceReferences = true });
        Assert.Equal(CommitFailure.StillReferenced, patient.Failure);
        Assert.Equal([new ResourceKey("Observation", "o1")], patient.Related);
        var device = await CommitAsync(new ResourceTransaction { Writes = [Delete("Device", "d1")], EnforceReferences = true });
        Assert.Equal([new ResourceKey("Observation", "o2")], device.Related);

        var together = await CommitAsync(new ResourceTransaction
        {
            Writes = [Delete("Patient", "p1"), Delete("Observation", "o1"), Delete("Device", "d1"), Put("Observation", "o2", new TestResource("no more"))],
            EnforceReferences = true,
        });
        Assert.Equal(CommitFailure.None, together.Failure);
    }

    [Fact]
    public async Task Dangling_references_are_listed()
    {
        await CommitAsync(
            Put("Observation", "o1", new TestResource().Reference(Parameters.Subject, "Patient", "p1").Mention("Device", "d1")),
            Put("Observation", "o2", new TestResource().Reference(Parameters.Subject, "Patient", "p2")),
            Put("Patient", "p2", new TestResource()),
            Put("Observation", "o3", new TestResource().Reference(Parameters.Subject, "Patient", "p3")),
            Put("Patient", "p3", new TestResource()));
        await CommitAsync(Delete("Patient", "p3"));

        Assert.Equal(
            "Observation/o1>Device/d1 Observation/o1>Patient/p1 Observation/o3>Patient/p3",
            await DanglingAsync());
        await CommitAsync(Put("Patient", "p1", new TestResource()), Put("Observation", "o1", new TestResource("no mention").Reference(Parameters.Subject, "Patient", "p1")), Delete("Observation", "o3"));
        Assert.Equal("", await DanglingAsync());
    }

    [Fact]
    public async Task A_cancelled_commit_writes_nothing()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.CommitAsync(
            AccessScope.Full,
            new ResourceTransaction { Writes = [Put("Patient", "p1", new TestResource())] },
            cancelled.Token));

        Assert.Null(await ReadAsync("Patient", "p1"));
    }

    /// <summary>Throws if the store's index and bodies disagree.</summary>
    protected abstract Task VerifyAsync();

    private protected Task<CommitResult> CommitAsync(ResourceTransaction transaction) =>
        Store.CommitAsync(AccessScope.Full, transaction, CancellationToken.None);

    private async Task<string> DanglingAsync()
    {
        var found = new List<string>();
        await foreach (var dangling in Store.DanglingReferencesAsync(AccessScope.Full, CancellationToken.None))
            found.Add($"{dangling.Source}>{dangling.Target}");
        return string.Join(' ', found.Order(StringComparer.Ordinal));
    }
}
