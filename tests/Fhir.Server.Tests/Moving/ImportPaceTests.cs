// How import finds out how much a store takes.

using FhirHub.Server;
using FhirHub.Storage;

namespace FhirHub.Tests.Moving;

public class ImportPaceTests
{
    [Fact]
    public async Task A_store_that_takes_less_than_is_offered_gets_less_and_everything_in_the_end()
    {
        const int Takes = 3;
        const int Commits = 400;
        var pace = new ImportPace(32, TimeSpan.FromMinutes(5));
        var (underWay, done, most) = (0, 0, 0);

        await Parallel.ForAsync(0, Commits, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (_, _) => await pace.RunAsync(async () =>
        {
            try
            {
                var now = Interlocked.Increment(ref underWay);
                lock (pace)
                    most = Math.Max(most, now);
                await Task.Yield();
                if (now > Takes)
                    throw new StoreBusyException("Too much.") { RetryAfter = TimeSpan.FromMilliseconds(1) };
                await Task.Delay(1);
                return Interlocked.Increment(ref done);
            }
            finally
            {
                Interlocked.Decrement(ref underWay);
            }
        }));

        Assert.Equal(Commits, done);
        Assert.InRange(most, Takes + 1, 32);
        Assert.InRange(pace.Window, 1, 32);
        Assert.True(pace.Busy > 0);
    }

    [Fact]
    public async Task What_is_refused_together_halves_the_number_once_and_each_success_adds_a_little()
    {
        var pace = new ImportPace(16, TimeSpan.FromMinutes(5));
        var refuse = new TaskCompletionSource();
        var isBusy = true;
        var commits = Enumerable.Range(0, 16).Select(_ => pace.RunAsync(async () =>
        {
            await refuse.Task;
            return isBusy ? throw new StoreBusyException("Too much.") { RetryAfter = TimeSpan.FromSeconds(1) } : true;
        })).ToList();
        refuse.SetResult();
        while (pace.Busy < 16)
            await Task.Yield();
        Assert.Equal(8, pace.Window);

        isBusy = false;
        await Task.WhenAll(commits);
        Assert.InRange(pace.Window, 9, 10);
    }

    [Fact]
    public async Task A_store_that_takes_nothing_is_given_up()
    {
        var pace = new ImportPace(4, TimeSpan.Zero);

        await Assert.ThrowsAsync<StoreBusyException>(() => pace.RunAsync<bool>(async () =>
        {
            await Task.Delay(30);
            throw new StoreBusyException("Too much.") { RetryAfter = TimeSpan.FromMilliseconds(1) };
        }));
    }

    [Theory]
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    public async Task A_commit_of_which_nobody_knows_whether_it_is_done_is_tried_again_only_if_it_may_be_done_twice(bool isRepeatable, int expected)
    {
        var pace = new ImportPace(4, TimeSpan.FromMinutes(5));
        var tries = 0;

        var commit = pace.RunAsync(
            async () =>
            {
                await Task.Yield();
                return ++tries > 1 ? true : throw new StoreBusyException("No answer.") { IsOutcomeUnknown = true, RetryAfter = TimeSpan.FromMilliseconds(1) };
            },
            isRepeatable);

        if (isRepeatable)
            Assert.True(await commit);
        else
            await Assert.ThrowsAsync<StoreBusyException>(() => commit);
        Assert.Equal(expected, tries);
    }
}
