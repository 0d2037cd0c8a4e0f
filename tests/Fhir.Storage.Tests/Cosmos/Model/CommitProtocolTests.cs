// The commit protocol holds in every state that two writers, a sweeper and readers can bring about, and each of its steps is needed.

using Xunit.Abstractions;

namespace FhirHub.Storage.Tests.Cosmos.Model;

public sealed class CommitProtocolTests(ITestOutputHelper output)
{
    private const int StatesAtMost = 2_000_000;

    private const string Transaction = "a transaction and an update of one of its resources";
    private const string Creates = "two creates of the same resource";
    private const string Apart = "two updates that have nothing in common";
    private const string Excluding = "two conditional creates that exclude each other";

    private static Scenario Of(string name) => name switch
    {
        Transaction => new Scenario([[0, 1], [0]], HasFirst: true),
        Creates => new Scenario([[0], [0]], HasFirst: false),
        Apart => new Scenario([[0], [1]], HasFirst: true),
        _ => new Scenario([[0], [1]], HasFirst: false, IsExcluding: true),
    };

    [Theory]
    [InlineData(Transaction)]
    [InlineData(Creates)]
    [InlineData(Apart)]
    [InlineData(Excluding)]
    public void It_holds_in_every_state(string scenario)
    {
        var found = new CommitModel(Of(scenario), LeftOut.Nothing).Explore(StatesAtMost);

        output.WriteLine(found.ToString());
        Assert.True(found.Violation is null, found.ToString());
    }

    [Theory]
    [InlineData(nameof(LeftOut.WaitingForWatermark), Transaction, "What was acknowledged is not there for a reader that comes now.")]
    [InlineData(nameof(LeftOut.ConditionOfHead), Transaction, "Resource 1 is not read as it was at position 3.")]
    [InlineData(nameof(LeftOut.RecordBeforeDocuments), Transaction, "A document that is not committed has a position.")]
    [InlineData(nameof(LeftOut.PutIfAbsent), Apart, "The sweeper alone does not finish what was begun.")]
    [InlineData(nameof(LeftOut.Revalidation), Transaction, "An update is lost: a version does not follow the one before it.")]
    [InlineData(nameof(LeftOut.Revalidation), Creates, "An update is lost: a version does not follow the one before it.")]
    [InlineData(nameof(LeftOut.Revalidation), Excluding, "Two conditional creates that exclude each other are both committed.")]
    [InlineData(nameof(LeftOut.KnowingItsOwnRecord), Apart, "A transaction is committed twice.")]
    [InlineData(nameof(LeftOut.ConditionOfWatermark), Creates, "The watermark fell.")]
    [InlineData(nameof(LeftOut.ApplicationBeforeWatermark), Transaction, "The sweeper alone does not finish what was begun.")]
    [InlineData(nameof(LeftOut.Fence), Transaction, "A document of a committed transaction is gone.")]
    [InlineData(nameof(LeftOut.HeedingTheFence), Excluding, "A document of a committed transaction is gone.")]
    [InlineData(nameof(LeftOut.Sweep), Transaction, "The sweeper alone does not finish what was begun.")]
    public void It_breaks_if_a_step_is_left_out(string leftOut, string scenario, string violation)
    {
        var found = new CommitModel(Of(scenario), Enum.Parse<LeftOut>(leftOut)).Explore(StatesAtMost);

        output.WriteLine(found.ToString());
        Assert.Equal(violation, found.Violation);
        Assert.NotEmpty(found.Trace);
    }

    [Fact]
    public void A_trace_is_the_shortest_way_to_what_is_wrong()
    {
        // A counter goes up by one or by three and must never be seven.
        var explorer = new StateExplorer<int>(
            static (in int state, List<(Move Move, int State)> found) =>
            {
                found.Add((new Move("one", $"{state}"), state + 1));
                found.Add((new Move("three", $"{state}"), state + 3));
            },
            static (in int state) => state == 7 ? "seven" : null);

        var found = explorer.Explore(0, statesAtMost: 100);

        Assert.Equal("seven", found.Violation);
        Assert.Equal(3, found.Trace.Count);
        Assert.Throws<InvalidOperationException>(() => new StateExplorer<int>(
            static (in int state, List<(Move Move, int State)> next) => next.Add((new Move("one", "on"), state + 1)), static (in int _) => null).Explore(0, 100));
    }
}
