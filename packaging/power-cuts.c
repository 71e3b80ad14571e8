// SPDX-License-Identifier: MIT
/*
 * What a disk may hold when its power is cut: made of the log of its writes that QEMU's blklogwrites keeps (the format of the kernel's
 * dm-log-writes, drivers/md/dm-log-writes.c; all numbers little-endian).
 *
 *   power-cuts LOG DISK CUTS SEED IMAGE COMMAND...
 *
 * DISK is the disk before the first write. For each of CUTS random moments writes to IMAGE what was flushed before it, and any of what
 * was not: each such write is there, is not, or is there in part. Then runs COMMAND IMAGE MARK, where MARK is the number that the disk's
 * last sector had been given before the moment (decimal digits; -1 before the first). The last line says how many commands failed.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAGIC	0x6a736677736872ULL
#define FLUSH	1
#define FUA	2
#define DISCARD	4

struct super {
	uint64_t magic, version, count;
	uint32_t sector_size;
} __attribute__((packed));

struct entry {
	uint64_t sector, sectors, flags, mark_length;
};

/* A write that no flush has followed. */
struct pending {
	uint64_t at, length;
	const uint8_t *data;
	int sure;
};

static uint8_t *durable, *image;
static uint64_t disk_size, sector_size;
static struct pending *pending;
static size_t pending_count, pending_room;
static long mark = -1;

static void die(const char *what)
{
	fprintf(stderr, "power-cuts: %s: %s\n", what, strerror(errno));
	exit(2);
}

static uint8_t *map(const char *path, uint64_t *size)
{
	struct stat about;
	uint8_t *memory;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &about))
		die(path);
	*size = about.st_size;
	memory = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
	if (memory == MAP_FAILED)
		die(path);
	close(fd);
	return memory;
}

static void put(uint8_t *disk, const struct pending *write, uint64_t length)
{
	if (write->data)
		memcpy(disk + write->at, write->data, length);
	else
		memset(disk + write->at, 0, length);
}

static void flush(void)
{
	size_t i;

	for (i = 0; i < pending_count; i++)
		put(durable, &pending[i], pending[i].length);
	pending_count = 0;
}

static void remember(const struct entry *entry, const uint8_t *data)
{
	struct pending write = {
		.at = entry->sector * sector_size, .length = entry->sectors * sector_size,
		.data = entry->flags & DISCARD ? NULL : data, .sure = !!(entry->flags & FUA),
	};

	if (!write.length)
		return;
	if (write.at + write.length > disk_size) {
		errno = ERANGE;
		die("a write behind the disk's end");
	}
	if (pending_count == pending_room) {
		pending_room = pending_room ? pending_room * 2 : 64;
		pending = realloc(pending, pending_room * sizeof(*pending));
		if (!pending)
			die("memory");
	}
	pending[pending_count++] = write;
	if (write.data && write.at + write.length == disk_size)
		mark = strtol((const char *)write.data + write.length - sector_size, NULL, 10);
}

/* The disk as it may be now. */
static void cut(const char *path)
{
	uint64_t written = 0;
	ssize_t got;
	size_t i;
	int fd;

	memcpy(image, durable, disk_size);
	for (i = 0; i < pending_count; i++) {
		int lot = pending[i].sure ? 0 : random() % 5;

		if (lot < 2)
			put(image, &pending[i], pending[i].length);
		else if (lot == 2)
			put(image, &pending[i], random() % (pending[i].length / sector_size + 1) * sector_size);
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		die(path);
	while (written < disk_size) {
		got = write(fd, image + written, disk_size - written);
		if (got < 0)
			die(path);
		written += got;
	}
	close(fd);
}

static int run(char **command, const char *path, int count)
{
	char number[32], *words[count + 3];
	int status;
	pid_t child;

	snprintf(number, sizeof(number), "%ld", mark);
	memcpy(words, command, count * sizeof(*words));
	words[count] = (char *)path;
	words[count + 1] = number;
	words[count + 2] = NULL;
	child = fork();
	if (child < 0)
		die("fork");
	if (!child) {
		execvp(words[0], words);
		die(words[0]);
	}
	if (waitpid(child, &status, 0) < 0)
		die("waitpid");
	return status == 0;
}

static int compare(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;

	return (a > b) - (a < b);
}

/* Entry numbers, in order; a moment is behind its entry. */
static uint64_t *moments(long cuts, uint64_t entries)
{
	uint64_t *chosen = calloc(cuts, sizeof(*chosen));
	long i;

	if (!chosen)
		die("memory");
	for (i = 0; i < cuts; i++)
		chosen[i] = random() % entries;
	qsort(chosen, cuts, sizeof(*chosen), compare);
	return chosen;
}

int main(int argc, char **argv)
{
	long cuts, done = 0, failed = 0;
	uint64_t i, at, size, *chosen;
	struct super super;
	struct entry entry;
	uint8_t *log;

	if (argc < 7) {
		fprintf(stderr, "power-cuts LOG DISK CUTS SEED IMAGE COMMAND...\n");
		return 2;
	}
	log = map(argv[1], &size);
	durable = map(argv[2], &disk_size);
	image = malloc(disk_size);
	if (!image || size < sizeof(super))
		die("a disk and a log");
	memcpy(&super, log, sizeof(super));
	sector_size = super.sector_size;
	if (super.magic != MAGIC || !super.count) {
		fprintf(stderr, "%s: not a log of writes, or an empty one\n", argv[1]);
		return 2;
	}
	srandom(strtoul(argv[4], NULL, 10));
	cuts = atol(argv[3]);
	chosen = moments(cuts, super.count);
	at = sector_size;
	for (i = 0; i < super.count && done < cuts; i++) {
		memcpy(&entry, log + at, sizeof(entry));
		at += sector_size;
		/* What came before a flush is safe, its own data is not. */
		if (entry.flags & FLUSH)
			flush();
		remember(&entry, log + at);
		if (!(entry.flags & DISCARD))
			at += entry.sectors * sector_size;
		for (; done < cuts && chosen[done] == i; done++) {
			cut(argv[5]);
			failed += !run(argv + 6, argv[5], argc - 6);
		}
	}
	printf("%ld power cuts among %llu writes, %ld failed\n", done, (unsigned long long)super.count, failed);
	return failed || done < cuts;
}
