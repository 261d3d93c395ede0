import asyncio

import pytest

from lamindb.storage.transfer.running import ByteBudget, Retries, for_each


def test_budget_is_kept_in_order():
    """A large piece is not overtaken by small ones that would fit."""
    budget = ByteBudget(100)
    on_their_way, begun, peak = 0, [], 0

    async def send(size):
        nonlocal on_their_way, peak
        async with budget.taken(size):
            begun.append(size)
            on_their_way += size
            peak = max(peak, on_their_way)
            await asyncio.sleep(0.001)
            on_their_way -= size

    async def send_all(sizes):
        await asyncio.gather(*(send(size) for size in sizes))

    sizes = [60, 30, 90, 10, 20, 100, 1]
    asyncio.run(send_all(sizes))
    assert begun == sizes
    assert peak == 100


def test_what_is_larger_than_the_budget_goes_alone():
    budget = ByteBudget(100)

    async def main():
        async with budget.taken(1000):
            with pytest.raises(asyncio.TimeoutError):
                await asyncio.wait_for(enter(), 0.01)
        await asyncio.wait_for(enter(), 1)

    async def enter():
        async with budget.taken(1):
            pass

    asyncio.run(main())


@pytest.mark.parametrize("cancelled", [0, 1, 2])
def test_cancelled_pieces_give_back_their_room(cancelled):
    budget = ByteBudget(100)

    async def hold():
        async with budget.taken(60):
            await asyncio.sleep(0.01)

    async def main():
        tasks = [asyncio.ensure_future(hold()) for _ in range(4)]
        await asyncio.sleep(0.001)
        tasks[cancelled].cancel()
        await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 1)
        async with budget.taken(100):
            pass

    asyncio.run(main())


def test_for_each_stops_at_the_first_error():
    done = []

    async def work(item):
        await asyncio.sleep(0.001 * item)
        if item == 3:
            raise ValueError("three")
        done.append(item)

    with pytest.raises(ValueError, match="three"):
        asyncio.run(for_each(range(1, 100), work, 5))
    assert set(done) < {1, 2, 4, 5, 6}


def test_for_each_does_everything():
    done = []

    async def work(item):
        await asyncio.sleep(0)
        done.append(item)

    asyncio.run(for_each(range(100), work, 7))
    assert sorted(done) == list(range(100))


def test_retries():
    retries = Retries(lambda error: isinstance(error, ConnectionError), 2)

    async def main():
        assert not await retries.waited_after(ValueError())
        assert [await retries.waited_after(ConnectionError()) for _ in range(3)] == [
            True,
            True,
            False,
        ]
        retries.saw_progress()
        assert await retries.waited_after(ConnectionError())

    asyncio.run(main())
